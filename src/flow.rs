//! Data flow: what holds or carries data, who writes it, who reads it, by what, of which class it is, and what protects it.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::{
    checks::{Asset, Context, Layer, Ruling, Verdict},
    model::{Arn, Gap},
    paths::{Access, DataUses, resource_name},
    world::World,
};

/// Of which class a store is taken to be: by its own tags and name, else that of the functions that use it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Class {
    /// It is tagged as sensitive, or a function that is works with it, or it holds a secret.
    Sensitive,
    /// It is tagged with another class, or nothing says anything.
    Ordinary,
    /// It is tagged as development, or only functions that are work with it.
    Development,
    /// Its tags, or those of functions that work with it, were not read.
    Unknown,
}

impl From<Asset> for Class {
    fn from(asset: Asset) -> Self {
        match asset {
            Asset::Sensitive => Self::Sensitive,
            Asset::Ordinary => Self::Ordinary,
            Asset::Development => Self::Development,
        }
    }
}

impl Class {
    /// The word of the command line and the screen.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Sensitive => "sensitive",
            Self::Ordinary => "ordinary",
            Self::Development => "development",
            Self::Unknown => "unknown",
        }
    }
}

/// The condition of what is configured and switched off.
pub const DISABLED: &str = "it is disabled now";

/// Somebody or something that writes to a store or reads it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Hand {
    /// Who: a function, or what is configured to.
    pub who: Arn,
    /// By what: `s3:GetObject`, `an event source mapping`.
    pub by: String,
    /// What must hold besides.
    pub condition: Option<String>,
    /// What decides: the policy with the statement, or the field.
    pub evidence: Vec<String>,
}

/// What a check says of a store.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Protection {
    /// The check's id.
    pub check: &'static str,
    /// The good state, or the fault, or why it is not known.
    pub said: String,
}

/// A store, and everything about it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Store {
    /// The resource.
    pub arn: Arn,
    /// What people call its kind.
    pub kind: &'static str,
    /// Its class.
    pub class: Class,
    /// What says so.
    pub class_by: String,
    /// Who puts data there.
    pub writers: Vec<Hand>,
    /// Who takes data from there.
    pub readers: Vec<Hand>,
    /// What protects it.
    pub has: Vec<Protection>,
    /// What does not.
    pub lacks: Vec<Protection>,
    /// What could not be decided.
    pub unknown: Vec<Protection>,
}

/// The data flow of an account.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Flow {
    /// The stores: those of a higher class first, then those that lack more, then by ARN.
    pub stores: Vec<Store>,
    /// Why somebody may be missing among writers and readers.
    #[serde(skip)]
    pub gaps: Vec<Gap>,
}

impl Flow {
    /// Joins what roles may do with what is configured and what the checks said.
    pub fn new(world: &World, uses: &DataUses) -> Self {
        let context = world.context();
        let feeds = context.feeds();
        let mut gaps = feeds.gaps().to_vec();
        let mut stores: BTreeMap<&Arn, Store> = uses.stores.iter().map(|(arn, kind)| (arn, Store::new(arn, kind))).collect();
        let mut hands: BTreeMap<&Arn, Users> = BTreeMap::new();
        for (_, function) in context.posture.functions() {
            let standing = context.standing_with_role(function);
            let class = match (standing.asset(), standing.class()) {
                (Asset::Sensitive, _) => Class::Sensitive,
                (_, Err(_)) => Class::Unknown,
                (Asset::Ordinary, _) => Class::Ordinary,
                (Asset::Development, _) => Class::Development,
            };
            if let Some(gap) = uses.gap(&function.role)
                && !gaps.contains(gap)
            {
                gaps.push(gap.clone());
            }
            for used in uses.of(&function.role) {
                let Some(store) = stores.get_mut(&used.store) else { continue };
                let evidence = used.proof.iter().map(|proof| format!("{} {} {}", proof.policy, proof.pointer, proof.statement));
                let hand = Hand {
                    who: function.arn.clone(),
                    by: used.action.to_owned(),
                    condition: used.condition.clone(),
                    evidence: evidence.map(|text| text.trim_end().to_owned()).collect(),
                };
                if used.access == Access::Write {
                    store.writers.push(hand)
                } else {
                    store.readers.push(hand)
                }
                if used.is_named {
                    hands.entry(&used.store).or_default().note(class, &function.name);
                }
            }
        }
        let hand = |who: &Arn, feed: &crate::checks::Feed| Hand {
            who: who.clone(),
            by: feed.by.to_owned(),
            condition: (!feed.is_on).then(|| DISABLED.to_owned()),
            evidence: vec![format!("{} {} {}", feed.evidence.source, feed.evidence.pointer, feed.evidence.value)],
        };
        for (arn, store) in &mut stores {
            store.writers.extend(feeds.leading_to(arn).filter_map(|feed| Some(hand(feed.from.arn()?, feed))));
            store.readers.extend(feeds.out_of(arn).map(|feed| hand(&feed.to, feed)));
            let by_users = hands.remove(*arn).unwrap_or_default().class(store.kind);
            (store.class, store.class_by) = own_class(&context, arn).unwrap_or_else(|gap| match gap {
                // Without its tags the cautious answer is that of a sensitive function which works with it, if there is one.
                Some(gap) if by_users.0 != Class::Sensitive => (Class::Unknown, format!("its own tags were not read: {gap}")),
                _ => by_users,
            });
        }
        for verdict in &world.verdicts {
            let Some(store) = stores.get_mut(&verdict.resource) else { continue };
            // Of the watching only whether somebody records who reads it.
            if verdict.check.layer != Layer::Data && verdict.check.id != "MV-011" {
                continue;
            }
            judge(&mut store.has, &mut store.lacks, &mut store.unknown, verdict);
        }
        let mut stores: Vec<Store> = stores.into_values().collect();
        stores.sort_by(|a, b| (a.class, b.lacks.len(), &a.arn).cmp(&(b.class, a.lacks.len(), &b.arn)));
        Self { stores, gaps }
    }

    /// The stores that `name` means: an ARN, or a name.
    pub fn named<'f>(&'f self, name: &'f str) -> impl Iterator<Item = &'f Store> {
        let means = move |store: &&Store| store.arn.as_str() == name || store.arn.name() == name || resource_name(&store.arn) == name;
        self.stores.iter().filter(means)
    }
}

/// The class that a store's own tags or its name give it, with what says so; the gap, if it is not known whether one does.
fn own_class(context: &Context<'_>, store: &Arn) -> Result<(Class, String), Option<Gap>> {
    let own = context.own(store).ok_or(None)?;
    let class = own.class().map_err(Some)?;
    let placed = own.environment().filter(|_| own.is_development()).map(|placed| placed.by);
    let mark = placed.or(class.by).ok_or(None)?;
    Ok((own.asset().into(), format!("its own {mark} says so")))
}

/// The functions that work with a store, by class: one name of each.
#[derive(Debug, Default)]
struct Users {
    by_class: BTreeMap<Class, String>,
}

impl Users {
    fn note(&mut self, class: Class, name: &str) {
        self.by_class.entry(class).or_insert_with(|| name.to_owned());
    }

    fn class(self, kind: &str) -> (Class, String) {
        if kind == "secret" {
            return (Class::Sensitive, "it is a secret".to_owned());
        }
        let of = |class: Class| self.by_class.get(&class);
        if let Some(name) = of(Class::Sensitive) {
            return (Class::Sensitive, format!("{name}, which may use it, is tagged so"));
        }
        if let Some(name) = of(Class::Unknown) {
            return (Class::Unknown, format!("the tags of {name}, which may use it, were not read"));
        }
        match (of(Class::Ordinary), of(Class::Development)) {
            (None, Some(name)) => (Class::Development, format!("{name}, which may use it, is tagged so")),
            _ => (Class::Ordinary, "no function that may use it is tagged otherwise".to_owned()),
        }
    }
}

impl Store {
    fn new(arn: &Arn, kind: &'static str) -> Self {
        let (writers, readers, has, lacks, unknown, class_by) = Default::default();
        Self { arn: arn.clone(), kind, class: Class::Ordinary, class_by, writers, readers, has, lacks, unknown }
    }

    /// How many different ones there are among `hands`.
    pub fn count(hands: &[Hand]) -> usize {
        hands.iter().map(|hand| &hand.who).collect::<std::collections::BTreeSet<_>>().len()
    }
}

/// Writes what a verdict says into the list that it belongs to.
pub(crate) fn judge(has: &mut Vec<Protection>, lacks: &mut Vec<Protection>, unknown: &mut Vec<Protection>, verdict: &Verdict) {
    let Verdict { check, ruling, .. } = verdict;
    let (list, said) = match ruling {
        Ruling::Pass => (has, check.title.to_owned()),
        Ruling::Fail(fault) => (lacks, fault.message.clone()),
        Ruling::Unknown(gap) => (unknown, gap.to_string()),
        Ruling::NotApplicable => return,
    };
    list.push(Protection { check: check.id, said });
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::{
        checks::testing::{ACCOUNT, REGION, table, with_role},
        iam::{Account, Library},
        model::{EventSourceMapping, Fact, Function, Listing, Posture, TaggedResource},
        world::Origin,
    };

    fn flow(posture: Posture) -> Flow {
        let world = World::assess(Origin::Demo, Arc::new(posture), Arc::default());
        let account = Account::new(&world.posture, Library::new(&world.posture).into());
        Flow::new(&world, &DataUses::new(&account))
    }

    fn writing() -> Posture {
        let mut posture = with_role(
            r#"{"Version":"2012-10-17","Statement":[{"Sid":"put","Effect":"Allow","Action":"dynamodb:PutItem","Resource":"arn:aws:dynamodb:*:*:table/orders"}]}"#,
        );
        let region = posture.regions.get_mut(REGION).unwrap();
        let function = region.functions.items[0].arn.clone();
        region.tables.items.push(table("orders"));
        region.tables.items.push(table("other"));
        let mut mapping = EventSourceMapping::new(Arn::from("arn:m"), "u-1", function);
        mapping.source = Some(Arn::build("aws", "dynamodb", REGION, ACCOUNT, "table/orders/stream/1"));
        region.event_source_mappings.items.push(mapping);
        posture
    }

    fn tagged(mut posture: Posture, tags: impl FnOnce(&mut Function)) -> Posture {
        tags(&mut posture.regions.get_mut(REGION).unwrap().functions.items[0]);
        posture
    }

    #[test]
    fn who_writes_and_who_reads_is_told_with_what_decides() {
        let flow = flow(writing());
        let orders = flow.named("orders").next().unwrap();
        let told = |hands: &[Hand]| hands.iter().map(|hand| (hand.by.clone(), hand.evidence.join("; "))).collect::<Vec<_>>();
        assert_eq!(orders.writers.len(), 1, "{orders:?}");
        assert!(told(&orders.writers)[0].1.ends_with("put"), "{orders:?}");
        assert_eq!(orders.readers[0].by, "an event source mapping");
        assert!(orders.readers[0].evidence[0].contains("u-1 EventSourceArn"), "{orders:?}");
        let other = flow.named("other").next().unwrap();
        assert!(other.writers.is_empty() && other.readers.is_empty(), "{other:?}");
    }

    #[test]
    fn the_class_is_that_of_who_works_with_it() {
        let tags = |value: &'static str| {
            move |function: &mut Function| function.tags = Fact::Known([("data-class".to_owned(), value.to_owned())].into())
        };
        let class = |posture: Posture| flow(posture).named("orders").next().unwrap().class;
        assert_eq!(class(tagged(writing(), tags("pii"))), Class::Sensitive);
        assert_eq!(class(tagged(writing(), tags("public"))), Class::Ordinary);
        let dev = |function: &mut Function| function.tags = Fact::Known([("env".to_owned(), "dev".to_owned())].into());
        assert_eq!(class(tagged(writing(), dev)), Class::Development);
        assert_eq!(class(tagged(writing(), |function| function.tags = Fact::unread("lambda:GetFunction"))), Class::Unknown);
    }

    #[test]
    fn its_own_tags_go_before_who_works_with_it() {
        let with = |list: Listing<TaggedResource>| {
            let mut posture =
                tagged(writing(), |function| function.tags = Fact::Known([("data-class".to_owned(), "pii".to_owned())].into()));
            posture.regions.get_mut(REGION).unwrap().tagged = list;
            let flow = flow(posture);
            let told = |name| flow.named(name).map(|store| (store.class, store.class_by.clone())).next().unwrap();
            (told("orders"), told("other"))
        };
        let tags = |value: &str| TaggedResource {
            arn: table("orders").arn,
            region: REGION.to_owned(),
            tags: [("data-class".to_owned(), value.to_owned())].into(),
        };
        let by_tag = |value| format!("its own tag data-class={value} says so");
        let (orders, other) = with(Listing::complete(vec![tags("public")]));
        assert_eq!(orders, (Class::Ordinary, by_tag("public")));
        assert_eq!(other.0, Class::Ordinary, "{other:?}");
        // What was not read may say anything; that a sensitive function works with it is known all the same.
        let denied = || Gap::denied("tag:GetResources", "no");
        let (orders, other) = with(Listing::partial(vec![], denied()));
        assert_eq!((orders.0, other.0), (Class::Sensitive, Class::Unknown));
        assert!(orders.1.contains("orders, which may use it") && other.1.contains("denied tag:GetResources"), "{orders:?} {other:?}");
        let (orders, _) = with(Listing::partial(vec![tags("restricted")], denied()));
        assert_eq!(orders, (Class::Sensitive, by_tag("restricted")));
    }

    #[test]
    fn a_role_that_was_not_read_is_a_gap_and_not_nobody() {
        let mut posture = writing();
        posture.identity.roles.items.clear();
        posture.identity.roles.gap = Some(Gap::denied("iam:GetAccountAuthorizationDetails", "no"));
        assert!(flow(posture).gaps.iter().any(|gap| gap.action == "iam:GetAccountAuthorizationDetails"));
    }
}
