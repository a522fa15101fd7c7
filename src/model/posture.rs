//! A posture: what is known of one account at one time.

use std::collections::BTreeMap;

use super::{
    Arn, CodeSigningConfig, EventSourceMapping, Fact, Function, Group, Key, LambdaSettings, LayerVersion, Listing, LogGroup, ManagedPolicy,
    Role, Source, SourceRun, Timestamp, User,
};

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
    /// How each source went.
    pub sources: Vec<SourceRun>,
}

/// What is known of one Region.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Region {
    /// Lambda functions.
    pub functions: Listing<Function>,
    /// Event source mappings.
    pub event_source_mappings: Listing<EventSourceMapping>,
    /// Newest versions of the account's own layers.
    pub layers: Listing<LayerVersion>,
    /// Code signing configurations.
    pub code_signing_configs: Listing<CodeSigningConfig>,
    /// The account's Lambda limits.
    pub lambda_settings: Fact<LambdaSettings>,
    /// KMS keys.
    pub keys: Listing<Key>,
    /// Log groups.
    pub log_groups: Listing<LogGroup>,
}

/// What is known of IAM.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Identity {
    /// Roles.
    pub roles: Listing<Role>,
    /// Users.
    pub users: Listing<User>,
    /// Groups.
    pub groups: Listing<Group>,
    /// Managed policies: the account's, and those of AWS that are attached.
    pub policies: Listing<ManagedPolicy>,
}

impl Posture {
    /// A posture in which nothing is known yet.
    pub fn new(account: impl Into<String>, taken_at: Timestamp) -> Self {
        Self {
            account: account.into(),
            partition: "aws".to_owned(),
            taken_at,
            regions: BTreeMap::new(),
            identity: Identity::default(),
            sources: Vec::new(),
        }
    }

    /// The ARN that stands for the whole account.
    pub fn root(&self) -> Arn {
        Arn::build(&self.partition, "iam", "", &self.account, "root")
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
    /// The IAM action that lists such things.
    const LISTED_BY: &'static str;
    /// The service namespace and resource part that stand for all of them, such as `lambda` and `function:*`.
    const ALL: (&'static str, &'static str);
}

macro_rules! resources {
    ($($type:ty: $action:literal, $service:literal $all:literal;)*) => {$(
        impl Resource for $type {
            fn arn(&self) -> &Arn {
                &self.arn
            }
            const LISTED_BY: &'static str = $action;
            const ALL: (&'static str, &'static str) = ($service, $all);
        }
    )*};
}

resources! {
    Function: "lambda:ListFunctions", "lambda" "function:*";
    EventSourceMapping: "lambda:ListEventSourceMappings", "lambda" "event-source-mapping:*";
    LayerVersion: "lambda:ListLayers", "lambda" "layer:*";
    CodeSigningConfig: "lambda:ListCodeSigningConfigs", "lambda" "code-signing-config:*";
    Key: "kms:ListKeys", "kms" "key/*";
    LogGroup: "logs:DescribeLogGroups", "logs" "log-group:*";
    Role: "iam:GetAccountAuthorizationDetails", "iam" "role/*";
    User: "iam:GetAccountAuthorizationDetails", "iam" "user/*";
    Group: "iam:GetAccountAuthorizationDetails", "iam" "group/*";
    ManagedPolicy: "iam:GetAccountAuthorizationDetails", "iam" "policy/*";
}

/// The item with this ARN: listings are sorted by ARN.
pub fn find<'a, T: Resource>(listing: &'a Listing<T>, arn: &Arn) -> Option<&'a T> {
    listing.items.binary_search_by(|item| item.arn().cmp(arn)).ok().map(|index| &listing.items[index])
}
