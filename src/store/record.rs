//! The lines of a snapshot: a header, one record a thing, a footer.

use serde::{Deserialize, Serialize};

use crate::model::*;

/// The schema this version writes; it reads this one and all before.
pub const SCHEMA: u32 = 2;

/// The first line.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Header {
    pub(super) schema: u32,
    pub(super) account: String,
    pub(super) partition: String,
    pub(super) regions: Vec<String>,
    pub(super) taken_at: Timestamp,
    pub(super) tool: String,
    pub(super) sources: Vec<SourceRun>,
}

/// The last line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Footer {
    /// How many records stand between header and footer.
    pub(super) count: usize,
    /// BLAKE3 over every line before this one, newlines among them, in hexadecimal.
    pub(super) blake3: String,
}

impl Header {
    pub(super) fn of(posture: &Posture) -> Self {
        Self {
            schema: SCHEMA,
            account: posture.account.clone(),
            partition: posture.partition.clone(),
            regions: posture.regions.keys().cloned().collect(),
            taken_at: posture.taken_at,
            tool: format!("palisade {}", env!("CARGO_PKG_VERSION")),
            sources: posture.sources.clone(),
        }
    }
}

macro_rules! define {
    (
        regional { $($(#[$doc:meta])* $list:ident: $List:ident of $Item:ident, $action:literal, $service:literal $all:literal $(in $place:ident)?;)* }
        regional facts { $($(#[$fact_doc:meta])* $fact:ident: $Fact:ident of $Type:ty, $fact_service:literal $own:literal;)* }
        identity { $($(#[$id_doc:meta])* $id:ident: $Id:ident of $Principal:ident, $id_action:literal, $id_service:literal $id_all:literal;)* }
        account facts { $($(#[$wide_doc:meta])* $wide:ident: $Wide:ident of $WideType:ty, $wide_service:literal $wide_own:literal;)* }
    ) => {
        /// A line between header and footer.
        #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
        #[serde(tag = "kind", rename_all = "kebab-case")]
        pub(super) enum Record {
            /// Whether a list is complete; the Region is empty for those of the account.
            List {
                arn: Arn,
                region: String,
                list: List,
                gap: Option<Gap>,
            },
            $($Fact {
                arn: Arn,
                region: String,
                // Its name in schema 1.
                #[serde(alias = "settings")]
                fact: Fact<$Type>,
            },)*
            $($Wide {
                arn: Arn,
                fact: Fact<$WideType>,
            },)*
            $($Item(Box<$Item>),)*
            $($Principal(Box<$Principal>),)*
        }

        /// The lists of a posture.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(rename_all = "kebab-case")]
        pub(super) enum List {
            $($List,)*
            $($Id,)*
        }

        impl Record {
            /// What it is sorted by.
            pub(super) fn arn(&self) -> &Arn {
                match self {
                    Self::List { arn, .. } => arn,
                    $(Self::$Fact { arn, .. } => arn,)*
                    $(Self::$Wide { arn, .. } => arn,)*
                    $(Self::$Item(item) => &item.arn,)*
                    $(Self::$Principal(item) => &item.arn,)*
                }
            }

            /// The Region it belongs to; empty for what holds for the account.
            fn region(&self) -> &str {
                match self {
                    Self::List { region, .. } => region,
                    $(Self::$Fact { region, .. } => region,)*
                    $(Self::$Item(item) => Resource::region(item.as_ref()),)*
                    _ => "",
                }
            }
        }

        /// Takes a posture apart: its records, sorted by ARN.
        pub(super) fn records(posture: &Posture) -> Vec<Record> {
            let mut records = Vec::new();
            let name_of = |service, region: &str, resource| Arn::build(&posture.partition, service, region, &posture.account, resource);
            for (name, region) in &posture.regions {
                $(
                    records.push(Record::List {
                        arn: name_of($service, name, $all),
                        region: name.clone(),
                        list: List::$List,
                        gap: region.$list.gap.clone(),
                    });
                    records.extend(region.$list.items.iter().cloned().map(|item| Record::$Item(Box::new(item))));
                )*
                $(
                    records.push(Record::$Fact { arn: name_of($fact_service, name, $own), region: name.clone(), fact: region.$fact.clone() });
                )*
            }
            $(
                let list = &posture.identity.$id;
                records.push(Record::List { arn: name_of($id_service, "", $id_all), region: String::new(), list: List::$Id, gap: list.gap.clone() });
                records.extend(list.items.iter().cloned().map(|item| Record::$Principal(Box::new(item))));
            )*
            $(records.push(Record::$Wide { arn: name_of($wide_service, "", $wide_own), fact: posture.governance.$wide.clone() });)*
            records.sort_by(|a, b| a.arn().cmp(b.arn()));
            records
        }

        impl Assembly {
            /// Puts `record` where it belongs.
            ///
            /// # Errors
            /// When the header does not name its Region.
            pub(super) fn add(&mut self, record: Record) -> Result<(), String> {
                let identity = &mut self.posture.identity;
                match record {
                    $(
                        Record::$Principal(item) => identity.$id.items.push(*item),
                        Record::List { list: List::$Id, gap, .. } => identity.$id.gap = gap,
                    )*
                    $(Record::$Wide { fact, .. } => self.posture.governance.$wide = fact,)*
                    regional => return self.add_regional(regional),
                }
                Ok(())
            }

            fn add_regional(&mut self, record: Record) -> Result<(), String> {
                let name = record.region();
                let region = self.posture.regions.get_mut(name).ok_or_else(|| format!("the header does not name Region {name:?}"))?;
                match record {
                    $(
                        Record::$Item(item) => region.$list.items.push(*item),
                        Record::List { list: List::$List, gap, .. } => region.$list.gap = gap,
                    )*
                    $(Record::$Fact { fact, .. } => region.$fact = fact,)*
                    // What holds for the account is taken in above.
                    $(Record::$Principal(_) | Record::List { list: List::$Id, .. } => {})*
                    $(Record::$Wide { .. } => {})*
                }
                Ok(())
            }

            /// The posture, its lists sorted again whatever the file did.
            ///
            /// With `lost`, some lines are missing: then no list can be called complete.
            pub(super) fn finish(mut self, lost: Option<&Gap>) -> Posture {
                for region in self.posture.regions.values_mut() {
                    $(settle(&mut region.$list, lost);)*
                }
                $(settle(&mut self.posture.identity.$id, lost);)*
                self.posture
            }
        }
    };
}

with_kinds!(define);

/// Puts records back together.
#[derive(Debug)]
pub(super) struct Assembly {
    posture: Posture,
}

impl Assembly {
    pub(super) fn new(header: Header) -> Self {
        let mut posture = Posture::new(header.account, header.taken_at);
        posture.partition = header.partition;
        posture.sources = header.sources;
        posture.regions = header.regions.into_iter().map(|name| (name, Region::default())).collect();
        Self { posture }
    }
}

fn settle<T: Resource>(listing: &mut Listing<T>, lost: Option<&Gap>) {
    listing.items.sort_by(|a, b| a.arn().cmp(b.arn()));
    listing.items.dedup_by(|a, b| a.arn() == b.arn());
    if let Some(gap) = lost {
        listing.gap.get_or_insert_with(|| gap.clone());
    }
}
