//! The lines of a snapshot: a header, one record a thing, a footer.

use serde::{Deserialize, Serialize};

use crate::model::{
    Arn, CodeSigningConfig, EventSourceMapping, Fact, Function, Gap, Group, Key, LambdaSettings, LayerVersion, Listing, LogGroup,
    ManagedPolicy, Posture, Region, Resource, Role, SourceRun, Timestamp, User,
};

/// The schema this version writes; it reads this one and all before.
pub const SCHEMA: u32 = 1;

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

/// A line between header and footer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub(super) enum Record {
    /// Whether a list of the Region is complete.
    List {
        arn: Arn,
        region: String,
        list: List,
        gap: Option<Gap>,
    },
    LambdaSettings {
        arn: Arn,
        region: String,
        settings: Fact<LambdaSettings>,
    },
    Function(Box<Function>),
    EventSourceMapping(EventSourceMapping),
    LayerVersion(LayerVersion),
    CodeSigningConfig(CodeSigningConfig),
    Key(Box<Key>),
    LogGroup(LogGroup),
    Role(Box<Role>),
    User(User),
    Group(Group),
    ManagedPolicy(ManagedPolicy),
}

/// The lists of a posture.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum List {
    Functions,
    EventSourceMappings,
    Layers,
    CodeSigningConfigs,
    Keys,
    LogGroups,
    Roles,
    Users,
    Groups,
    Policies,
}

impl Record {
    /// What it is sorted by.
    pub(super) fn arn(&self) -> &Arn {
        match self {
            Self::List { arn, .. } | Self::LambdaSettings { arn, .. } => arn,
            Self::Function(item) => &item.arn,
            Self::EventSourceMapping(item) => &item.arn,
            Self::LayerVersion(item) => &item.arn,
            Self::CodeSigningConfig(item) => &item.arn,
            Self::Key(item) => &item.arn,
            Self::LogGroup(item) => &item.arn,
            Self::Role(item) => &item.arn,
            Self::User(item) => &item.arn,
            Self::Group(item) => &item.arn,
            Self::ManagedPolicy(item) => &item.arn,
        }
    }
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

/// Takes a posture apart: its records, sorted by ARN.
pub(super) fn records(posture: &Posture) -> Vec<Record> {
    let mut records = Vec::new();
    let list = |which, region: &str, (service, all): (&str, &str), gap: &Option<Gap>| Record::List {
        arn: Arn::build(&posture.partition, service, region, &posture.account, all),
        region: region.to_owned(),
        list: which,
        gap: gap.clone(),
    };
    macro_rules! take {
        ($region:expr, $listing:expr, $list:ident, $type:ty, $record:expr) => {
            records.push(list(List::$list, $region, <$type as Resource>::ALL, &$listing.gap));
            records.extend($listing.items.iter().cloned().map($record));
        };
    }
    for (name, region) in &posture.regions {
        take!(name, region.functions, Functions, Function, |item| Record::Function(Box::new(item)));
        take!(name, region.event_source_mappings, EventSourceMappings, EventSourceMapping, Record::EventSourceMapping);
        take!(name, region.layers, Layers, LayerVersion, Record::LayerVersion);
        take!(name, region.code_signing_configs, CodeSigningConfigs, CodeSigningConfig, Record::CodeSigningConfig);
        take!(name, region.keys, Keys, Key, |item| Record::Key(Box::new(item)));
        take!(name, region.log_groups, LogGroups, LogGroup, Record::LogGroup);
        records.push(Record::LambdaSettings {
            arn: Arn::build(&posture.partition, "lambda", name, &posture.account, "account-settings"),
            region: name.clone(),
            settings: region.lambda_settings.clone(),
        });
    }
    let identity = &posture.identity;
    take!("", identity.roles, Roles, Role, |item| Record::Role(Box::new(item)));
    take!("", identity.users, Users, User, Record::User);
    take!("", identity.groups, Groups, Group, Record::Group);
    take!("", identity.policies, Policies, ManagedPolicy, Record::ManagedPolicy);
    records.sort_by(|a, b| a.arn().cmp(b.arn()));
    records
}

/// Puts records back together. The Region of an item is that of its ARN.
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

    pub(super) fn add(&mut self, record: Record) -> Result<(), String> {
        let identity = &mut self.posture.identity;
        match record {
            Record::Role(item) => identity.roles.items.push(*item),
            Record::User(item) => identity.users.items.push(item),
            Record::Group(item) => identity.groups.items.push(item),
            Record::ManagedPolicy(item) => identity.policies.items.push(item),
            Record::List { list: List::Roles, gap, .. } => identity.roles.gap = gap,
            Record::List { list: List::Users, gap, .. } => identity.users.gap = gap,
            Record::List { list: List::Groups, gap, .. } => identity.groups.gap = gap,
            Record::List { list: List::Policies, gap, .. } => identity.policies.gap = gap,
            regional => return self.add_regional(regional),
        }
        Ok(())
    }

    fn add_regional(&mut self, record: Record) -> Result<(), String> {
        let name = match &record {
            Record::List { region, .. } | Record::LambdaSettings { region, .. } => region.as_str(),
            item => item.arn().region(),
        };
        let region = self.posture.regions.get_mut(name).ok_or_else(|| format!("the header does not name Region {name:?}"))?;
        match record {
            Record::Function(item) => region.functions.items.push(*item),
            Record::EventSourceMapping(item) => region.event_source_mappings.items.push(item),
            Record::LayerVersion(item) => region.layers.items.push(item),
            Record::CodeSigningConfig(item) => region.code_signing_configs.items.push(item),
            Record::Key(item) => region.keys.items.push(*item),
            Record::LogGroup(item) => region.log_groups.items.push(item),
            Record::LambdaSettings { settings, .. } => region.lambda_settings = settings,
            Record::List { list, gap, .. } => match list {
                List::Functions => region.functions.gap = gap,
                List::EventSourceMappings => region.event_source_mappings.gap = gap,
                List::Layers => region.layers.gap = gap,
                List::CodeSigningConfigs => region.code_signing_configs.gap = gap,
                List::Keys => region.keys.gap = gap,
                List::LogGroups => region.log_groups.gap = gap,
                List::Roles | List::Users | List::Groups | List::Policies => {}
            },
            Record::Role(_) | Record::User(_) | Record::Group(_) | Record::ManagedPolicy(_) => {}
        }
        Ok(())
    }

    /// The posture, its lists sorted again whatever the file did.
    ///
    /// With `lost`, some lines are missing: then no list can be called complete.
    pub(super) fn finish(mut self, lost: Option<&Gap>) -> Posture {
        fn settle<T: Resource>(listing: &mut Listing<T>, lost: Option<&Gap>) {
            listing.items.sort_by(|a, b| a.arn().cmp(b.arn()));
            listing.items.dedup_by(|a, b| a.arn() == b.arn());
            if let Some(gap) = lost {
                listing.gap.get_or_insert_with(|| gap.clone());
            }
        }
        for region in self.posture.regions.values_mut() {
            settle(&mut region.functions, lost);
            settle(&mut region.event_source_mappings, lost);
            settle(&mut region.layers, lost);
            settle(&mut region.code_signing_configs, lost);
            settle(&mut region.keys, lost);
            settle(&mut region.log_groups, lost);
        }
        let identity = &mut self.posture.identity;
        settle(&mut identity.roles, lost);
        settle(&mut identity.users, lost);
        settle(&mut identity.groups, lost);
        settle(&mut identity.policies, lost);
        self.posture
    }
}
