//! A posture: what is known of one account at one time.

use std::collections::BTreeMap;

use super::{kinds::with_kinds, *};

/// What is known of one account at one time.
#[derive(Debug, Clone, PartialEq)]
pub struct Posture {
    /// The 12-digit account id, as STS said it.
    pub account: String,
    /// `aws`, `aws-cn` or `aws-us-gov`.
    pub partition: String,
    /// When collection began. Every check takes this as now, so a posture always judges the same.
    pub taken_at: Timestamp,
    /// Regional facts by Region.
    pub regions: BTreeMap<String, Region>,
    /// IAM facts.
    pub identity: Identity,
    /// What holds for the account as a whole.
    pub governance: Governance,
    /// How each source went.
    pub sources: Vec<SourceRun>,
}

macro_rules! define {
    (
        regional { $($(#[$doc:meta])* $list:ident: $List:ident of $Item:ident, $action:literal, $service:literal $all:literal $(in $place:ident)?;)* }
        regional facts { $($(#[$fact_doc:meta])* $fact:ident: $Fact:ident of $Type:ty, $fact_service:literal $own:literal;)* }
        identity { $($(#[$id_doc:meta])* $id:ident: $Id:ident of $Principal:ident, $id_action:literal, $id_service:literal $id_all:literal;)* }
        account facts { $($(#[$wide_doc:meta])* $wide:ident: $Wide:ident of $WideType:ty, $wide_service:literal $wide_own:literal;)* }
    ) => {
        /// What is known of one Region.
        #[derive(Debug, Clone, Default, PartialEq)]
        pub struct Region {
            $($(#[$doc])* pub $list: Listing<$Item>,)*
            $($(#[$fact_doc])* pub $fact: Fact<$Type>,)*
        }

        impl Region {
            /// A Region whose lists are read and empty, and whose facts are unread.
            pub fn empty() -> Self {
                Self { $($list: Listing::complete(Vec::new()),)* ..Self::default() }
            }

            /// A Region of which nothing could be read because of `gap`.
            pub fn lacking(gap: &Gap) -> Self {
                Self { $($list: Listing::partial(Vec::new(), gap.clone()),)* $($fact: gap.clone().into(),)* }
            }

            /// How many resources of the service with this namespace were read, such as `lambda`.
            pub fn count(&self, service: &str) -> usize {
                0 $(+ if $service == service { self.$list.items.len() } else { 0 })*
            }

            fn arns<'a>(&'a self, arns: &mut Vec<&'a Arn>) {
                $(arns.extend(self.$list.items.iter().map(|item| &item.arn));)*
            }
        }

        /// What is known of IAM.
        #[derive(Debug, Clone, Default, PartialEq)]
        pub struct Identity {
            $($(#[$id_doc])* pub $id: Listing<$Principal>,)*
        }

        impl Identity {
            /// An account whose lists are read and empty.
            pub fn empty() -> Self {
                Self { $($id: Listing::complete(Vec::new()),)* }
            }

            /// An account whose lists could not be read because of `gap`.
            pub fn lacking(gap: &Gap) -> Self {
                Self { $($id: Listing::partial(Vec::new(), gap.clone()),)* }
            }

            fn arns<'a>(&'a self, arns: &mut Vec<&'a Arn>) {
                $(arns.extend(self.$id.items.iter().map(|item| &item.arn));)*
            }
        }

        /// What holds for the account as a whole.
        #[derive(Debug, Clone, Default, PartialEq)]
        pub struct Governance {
            $($(#[$wide_doc])* pub $wide: Fact<$WideType>,)*
        }

        $(impl Resource for $Item {
            fn arn(&self) -> &Arn {
                &self.arn
            }
            $(fn region(&self) -> &str {
                &self.$place
            })?
            const LISTED_BY: &'static str = $action;
            const ALL: (&'static str, &'static str) = ($service, $all);
        })*
        $(impl Resource for $Principal {
            fn arn(&self) -> &Arn {
                &self.arn
            }
            const LISTED_BY: &'static str = $id_action;
            const ALL: (&'static str, &'static str) = ($id_service, $id_all);
        })*

        /// The IAM actions that list resources: each once a list.
        pub const LISTED_BY: &[&str] = &[$($action,)* $($id_action,)*];
    };
}

with_kinds!(define);

impl Posture {
    /// A posture in which nothing is known yet.
    pub fn new(account: impl Into<String>, taken_at: Timestamp) -> Self {
        Self {
            account: account.into(),
            partition: "aws".to_owned(),
            taken_at,
            regions: BTreeMap::new(),
            identity: Identity::default(),
            governance: Governance::default(),
            sources: Vec::new(),
        }
    }

    /// The ARN that stands for the whole account.
    pub fn root(&self) -> Arn {
        Arn::build(&self.partition, "iam", "", &self.account, "root")
    }

    /// The ARNs of everything that was read, each once.
    pub fn arns(&self) -> Vec<&Arn> {
        let mut arns = Vec::new();
        self.identity.arns(&mut arns);
        for region in self.regions.values() {
            region.arns(&mut arns);
        }
        arns.sort_unstable();
        arns.dedup();
        arns
    }

    /// Sources that were not read whole: what they would have said is not known.
    pub fn blind(&self) -> impl Iterator<Item = &SourceRun> {
        self.sources.iter().filter(|run| run.state.ended() && run.state != SourceState::Complete)
    }

    /// Every function that was read, with its Region's name.
    pub fn functions(&self) -> impl Iterator<Item = (&str, &Function)> {
        self.regions.iter().flat_map(|(name, region)| region.functions.items.iter().map(move |function| (name.as_str(), function)))
    }

    /// The role with this ARN, if it was read.
    pub fn role(&self, arn: &Arn) -> Option<&Role> {
        find(&self.identity.roles, arn)
    }

    /// The managed policy with this ARN, if it was read.
    pub fn policy(&self, arn: &Arn) -> Option<&ManagedPolicy> {
        find(&self.identity.policies, arn)
    }

    /// The function with this unqualified ARN, if it was read.
    pub fn function(&self, arn: &Arn) -> Option<&Function> {
        find(&self.regions.get(arn.region())?.functions, arn)
    }

    /// The key with this ARN, if it was read.
    pub fn key(&self, arn: &Arn) -> Option<&Key> {
        find(&self.regions.get(arn.region())?.keys, arn)
    }

    /// How reading `source` in `region` went.
    pub fn source(&self, source: Source, region: &str) -> Option<&SourceRun> {
        self.sources.iter().find(|run| run.source == source && run.region == region)
    }
}

impl Region {
    /// The log group of this name, if it was read.
    pub fn log_group(&self, name: &str) -> Option<&LogGroup> {
        // Sorted by ARN, and within a Region that is by name.
        let place = self.log_groups.items.binary_search_by(|group| group.name.as_str().cmp(name)).ok()?;
        self.log_groups.items.get(place)
    }
}

/// A thing with an ARN that a [`Listing`] holds.
pub trait Resource {
    /// Its ARN.
    fn arn(&self) -> &Arn;
    /// The Region it is in.
    fn region(&self) -> &str {
        self.arn().region()
    }
    /// The IAM action that lists such things.
    const LISTED_BY: &'static str;
    /// The service namespace and resource part that stand for all of them, such as `lambda` and `function:*`.
    const ALL: (&'static str, &'static str);
}

/// The item with this ARN: listings are sorted by ARN.
pub fn find<'a, T: Resource>(listing: &'a Listing<T>, arn: &Arn) -> Option<&'a T> {
    listing.items.binary_search_by(|item| item.arn().cmp(arn)).ok().map(|index| &listing.items[index])
}
