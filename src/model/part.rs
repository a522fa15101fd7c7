//! A part: what one collector learnt. Absorbing it is a pure function.

use super::{kinds::with_kinds, *};

/// What one collector learnt, in one go: a list replaces the list, a detail replaces one item of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Part {
    /// How the source stands after this part.
    pub run: SourceRun,
    /// What was learnt.
    pub learnt: Vec<Learnt>,
}

macro_rules! define {
    (
        regional { $($(#[$doc:meta])* $list:ident: $List:ident of $Item:ident, $action:literal, $service:literal $all:literal $(in $place:ident)?;)* }
        regional facts { $($(#[$fact_doc:meta])* $fact:ident: $Fact:ident of $Type:ty, $fact_service:literal $own:literal;)* }
        identity { $($(#[$id_doc:meta])* $id:ident: $Id:ident of $Principal:ident, $id_action:literal, $id_service:literal $id_all:literal;)* }
        account facts { $($(#[$wide_doc:meta])* $wide:ident: $Wide:ident of $WideType:ty, $wide_service:literal $wide_own:literal;)* }
    ) => {
        /// One thing that was learnt: a whole list, one item of it in detail, or a fact.
        #[derive(Debug, Clone, PartialEq)]
        #[allow(missing_docs, reason = "each is described where the posture holds it")]
        pub enum Learnt {
            $($List(Listing<$Item>), $Item(Box<$Item>),)*
            $($Fact(Fact<$Type>),)*
            $($Id(Listing<$Principal>),)*
            $($Wide(Fact<$WideType>),)*
            /// Details of one function of the list.
            FunctionDetails(Box<FunctionDetails>),
            /// Functions that were deleted since they were listed.
            FunctionsGone(Vec<Arn>),
        }

        impl Learnt {
            /// Whether it is one item, of a list that is known already.
            pub fn is_detail(&self) -> bool {
                matches!(self, Self::FunctionDetails(_) $(| Self::$Item(_))*)
            }
        }

        impl Posture {
            fn learn(&mut self, region: &str, learnt: Learnt) {
                match learnt {
                    $(Learnt::$Id(list) => self.identity.$id = sorted(list),)*
                    $(Learnt::$Wide(fact) => self.governance.$wide = fact,)*
                    regional => {
                        if let Some(place) = self.regions.get_mut(region) {
                            place.learn(region, regional);
                        }
                    }
                }
            }
        }

        impl Region {
            fn learn(&mut self, name: &str, learnt: Learnt) {
                match learnt {
                    $(
                        Learnt::$List(list) => self.$list = sorted(of_region(list, name)),
                        Learnt::$Item(item) if Resource::region(item.as_ref()) == name => replace(&mut self.$list, *item),
                        Learnt::$Item(_) => {}
                    )*
                    $(Learnt::$Fact(fact) => self.$fact = fact,)*
                    Learnt::FunctionDetails(details) => self.functions.learn(*details),
                    Learnt::FunctionsGone(arns) => self.functions.items.retain(|function| !arns.contains(&function.arn)),
                    // What holds for the account is taken in above.
                    $(Learnt::$Id(_) => {})*
                    $(Learnt::$Wide(_) => {})*
                }
            }
        }
    };
}

with_kinds!(define);

impl Posture {
    /// Takes in what a collector learnt. The order of parts of different sources does not matter.
    pub fn absorb(&mut self, part: Part) {
        let name = part.run.region.clone();
        if name != SourceRun::GLOBAL {
            self.regions.entry(name.clone()).or_default();
        }
        for learnt in part.learnt {
            self.learn(&name, learnt);
        }
        match self.sources.iter_mut().find(|run| run.source == part.run.source && run.region == part.run.region) {
            Some(run) => *run = part.run,
            None => {
                self.sources.push(part.run);
                self.sources.sort_by(|a, b| (a.source, &a.region).cmp(&(b.source, &b.region)));
            }
        }
    }
}

impl Listing<Function> {
    fn learn(&mut self, details: FunctionDetails) {
        // A function that is not listed is gone, and its details with it.
        let Ok(index) = self.items.binary_search_by(|function| function.arn.cmp(&details.arn)) else { return };
        let function = &mut self.items[index];
        details.answers.into_iter().for_each(|answer| function.learn(answer));
        function.details_as_of = details.as_of.or(function.details_as_of);
    }
}

/// The list without what says that it is in another Region: no snapshot could say whose it is.
fn of_region<T: Resource>(mut list: Listing<T>, name: &str) -> Listing<T> {
    let count = list.items.len();
    list.items.retain(|item| item.region() == name);
    if list.items.len() < count {
        list.gap.get_or_insert_with(|| Gap::failed(T::LISTED_BY, "an entry says that it is in another Region"));
    }
    list
}

fn sorted<T: Resource>(mut list: Listing<T>) -> Listing<T> {
    list.items.sort_by(|a, b| a.arn().cmp(b.arn()));
    list.items.dedup_by(|a, b| a.arn() == b.arn());
    list
}

fn replace<T: Resource>(list: &mut Listing<T>, item: T) {
    match list.items.binary_search_by(|known| known.arn().cmp(item.arn())) {
        Ok(index) => list.items[index] = item,
        Err(index) => list.items.insert(index, item),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_of_another_region_is_left_out_and_the_list_says_so() {
        let queue = |region: &str| {
            let arn = Arn::build("aws", "sqs", region, "123456789012", "orders");
            Queue { arn, url: String::new(), attributes: Fact::default() }
        };
        let mut posture = Posture::new("123456789012", Timestamp::EPOCH);
        let list = Listing::complete(vec![queue("eu-west-1"), queue("us-east-1")]);
        let run = SourceRun::queued(Source::Sqs, "eu-west-1");
        let learnt = vec![Learnt::Queues(list), Learnt::Queue(Box::new(queue("us-east-1")))];
        posture.absorb(Part { run, learnt });
        let queues = &posture.regions["eu-west-1"].queues;
        assert_eq!(
            (queues.items.as_slice(), queues.gap.as_ref().map(|gap| gap.kind)),
            ([queue("eu-west-1")].as_slice(), Some(GapKind::Failed))
        );
    }
}
