//! A service: a function with the role it runs as, its log group and what starts it.
//!
//! A service is sound until it is told otherwise: every method that takes something away says so by its name.

mod flaws;
mod triggers;

use std::collections::BTreeMap;

use crate::model::{
    Alias, Arn, CodeLocation, EnvironmentValue, EventSourceMapping, Fact, Function, FunctionState, Gap, GapKind, LogGroup, LoggingConfig,
    PackageType, PolicyText, Role, RuntimeManagement, SecretSign, Version, VpcConfig,
};

use super::{ACCOUNT, PARTITION, keys, made_up, policy::document, role::Hat};
use triggers::{Permission, statement};

/// A team: what its services are tagged with, and whether its roles are bounded.
pub(super) struct Team {
    pub(super) name: &'static str,
    pub(super) cost_centre: &'static str,
    pub(super) bounded: bool,
}

/// Which code signing configuration a function has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Signing {
    /// The one that refuses unsigned code.
    Enforced,
    /// The one that only warns.
    Warned,
    /// None.
    Absent,
}

/// What pushes events to a service, by name.
pub(super) enum Feed {
    /// A route of an API: `POST/orders`.
    Route { api: &'static str, route: &'static str },
    /// A rule with a schedule.
    Schedule(String),
    /// A topic.
    Topic(String),
    /// A bucket.
    Upload(String),
}

/// A function and what belongs to it, as it is written down.
pub(super) struct Service {
    pub(super) region: &'static str,
    pub(super) function: Function,
    pub(super) hat: Option<Hat>,
    pub(super) log_group: Option<LogGroup>,
    pub(super) mappings: Vec<EventSourceMapping>,
    feeds: Vec<Feed>,
    pub(super) signing: Signing,
    permissions: Vec<Permission>,
    tags: BTreeMap<String, String>,
    environment: BTreeMap<String, EnvironmentValue>,
    /// The id of the key of the environment; none is AWS's own.
    environment_key: Option<Arn>,
    deployed_days_ago: u32,
}

impl Service {
    /// The alias that callers use.
    const LIVE: &'static str = "live";

    pub(super) fn new(region: &'static str, team: &Team, name: &str, about: &str) -> Self {
        let arn = Arn::build(PARTITION, "lambda", region, ACCOUNT, &format!("function:{name}"));
        let hat = Hat::execution(region, name, team);
        let mut function = Function::new(arn, hat.arn());
        about.clone_into(&mut function.description);
        function.runtime = Some("nodejs24.x".to_owned());
        function.handler = Some("index.handler".to_owned());
        function.architecture = "arm64".to_owned();
        function.memory_mib = 512;
        function.timeout_seconds = 15;
        function.tracing_active = true;
        function.logging = Fact::Known(LoggingConfig {
            format: "JSON".to_owned(),
            application_level: Some("INFO".to_owned()),
            system_level: Some("WARN".to_owned()),
            group: None,
        });
        function.state = Fact::Known(FunctionState {
            state: "Active".to_owned(),
            reason_code: None,
            last_update: "Successful".to_owned(),
            last_update_reason_code: None,
        });
        function.reserved_concurrency = Fact::Known(None);
        function.urls = Fact::Known(Vec::new());
        function.runtime_management = Fact::Known(RuntimeManagement { update_on: "Auto".to_owned(), version_arn: None });
        function.recursive_loop_terminated = Fact::Known(true);
        function.code = Fact::Known(CodeLocation { repository: Some("S3".to_owned()), ..CodeLocation::default() });
        function.runtime_version = Fact::Known(None);
        function.event_invoke = Fact::Known(Vec::new());
        function.scaling = Fact::Known(None);
        let group = format!("/aws/lambda/{name}");
        let service = Self {
            region,
            hat: Some(hat),
            log_group: Some(LogGroup {
                arn: Arn::build(PARTITION, "logs", region, ACCOUNT, &format!("log-group:{group}")),
                name: group,
                retention_days: Some(90),
                kms_key: Some(keys::logs(region)),
                data_protection: None,
                inherited: Vec::new(),
                deletion_protection: Some(false),
                stored_bytes: 1_000_000 + u64::from(made_up::number(name, 4_000_000_000)),
                created: Some(made_up::days_ago(600 + made_up::number(name, 500), name)),
                last_event: Fact::Known(Some(made_up::days_ago(0, name))),
                subscriptions: Fact::Known(Vec::new()),
            }),
            function,
            mappings: Vec::new(),
            feeds: Vec::new(),
            signing: Signing::Enforced,
            permissions: Vec::new(),
            tags: [("team", team.name), ("env", "prod"), ("cost-centre", team.cost_centre)]
                .map(|(key, value)| (key.to_owned(), value.to_owned()))
                .into(),
            environment: BTreeMap::new(),
            environment_key: Some(keys::environment(region)),
            deployed_days_ago: 2 + made_up::number(name, 70),
        };
        service.released(4 + made_up::number(name, 60))
    }

    // What it is made of.

    pub(super) fn runtime(mut self, runtime: &str, memory_mib: u32, timeout_seconds: u32) -> Self {
        self.function.runtime = Some(runtime.to_owned());
        self.function.handler = match runtime {
            python if python.starts_with("python") => Some("app.handler".to_owned()),
            java if java.starts_with("java") => Some("com.larkspur.Handler::handleRequest".to_owned()),
            provided if provided.starts_with("provided") => Some("bootstrap".to_owned()),
            _ => self.function.handler,
        };
        self.function.memory_mib = memory_mib;
        self.function.timeout_seconds = timeout_seconds;
        self
    }

    /// A container image.
    pub(super) fn image(mut self, memory_mib: u32, timeout_seconds: u32) -> Self {
        self.function.package_type = PackageType::Image;
        self.function.code = Fact::Known(CodeLocation { repository: Some("ECR".to_owned()), ..CodeLocation::default() });
        self.function.runtime = None;
        self.function.handler = None;
        self.function.memory_mib = memory_mib;
        self.function.timeout_seconds = timeout_seconds;
        self.signing = Signing::Absent;
        self
    }

    pub(super) fn layer(mut self, account: &str, name: &str, version: u32) -> Self {
        self.function.layers.push(Arn::build(PARTITION, "lambda", self.region, account, &format!("layer:{name}:{version}")));
        self
    }

    pub(super) fn in_vpc(mut self) -> Self {
        self.function.vpc = Some(VpcConfig {
            vpc_id: "vpc-0a1f6c2e9b7d43058".to_owned(),
            subnets: vec!["subnet-0c51d7e2f8a94b360".to_owned(), "subnet-0e9ab34d7715f2c88".to_owned()],
            security_groups: vec!["sg-07d2b81c4e5fa6390".to_owned()],
        });
        if let Some(hat) = &mut self.hat {
            hat.attach("service-role/AWSLambdaVPCAccessExecutionRole");
        }
        self
    }

    /// Last changed so many days ago.
    pub(super) fn deployed(mut self, days: u32) -> Self {
        self.deployed_days_ago = days;
        self
    }

    /// Its newest version, to which the alias `live` points; the two before are kept.
    pub(super) fn released(mut self, newest: u32) -> Self {
        let name = &self.function.name;
        let versions = (newest.saturating_sub(2).max(1)..=newest).map(|number| Version {
            number: number.to_string(),
            code_sha256: Some(made_up::sha256(&format!("{name} {number}"))),
            last_modified: None,
        });
        self.function.versions = Fact::Known(versions.collect());
        self.function.code_sha256 = Some(made_up::sha256(&format!("{name} {newest}")));
        self.function.aliases = Fact::Known(vec![Alias {
            name: Self::LIVE.to_owned(),
            version: newest.to_string(),
            weights: BTreeMap::new(),
            revision_id: Some(made_up::uuid(&format!("{name} live"))),
        }]);
        self
    }

    pub(super) fn tag(mut self, key: &str, value: &str) -> Self {
        self.tags.insert(key.to_owned(), value.to_owned());
        self
    }

    /// Holds personal or payment data; its logs are masked and cannot be deleted.
    pub(super) fn sensitive(mut self, class: &str) -> Self {
        if let Some(group) = &mut self.log_group {
            group.retention_days = Some(365);
            group.data_protection = Some("ACTIVATED".to_owned());
            group.deletion_protection = Some(true);
        }
        self.tag("data-class", class)
    }

    /// An environment variable whose value is no secret, but not provably harmless.
    pub(super) fn setting(mut self, key: &str, value: &str) -> Self {
        let value = EnvironmentValue::Redacted { length: value.len(), fingerprint: made_up::fingerprint(value), secret: None };
        self.environment.insert(key.to_owned(), value);
        self
    }

    /// An environment variable whose value may be shown.
    pub(super) fn shown(mut self, key: &str, value: &str) -> Self {
        self.environment.insert(key.to_owned(), EnvironmentValue::Plain(value.to_owned()));
        self
    }

    /// An environment variable that holds a secret, as `rule` tells.
    pub(super) fn secret(mut self, key: &str, length: usize, rule: &str, proven: bool) -> Self {
        let secret = Some(SecretSign { rule: rule.to_owned(), proven });
        let fingerprint = made_up::fingerprint(&format!("{} {key}", self.function.name));
        self.environment.insert(key.to_owned(), EnvironmentValue::Redacted { length, fingerprint, secret });
        self
    }

    // What it may do.

    /// Lets its role do `actions`; resources as in [`super::policy::allow`].
    pub(super) fn may(mut self, actions: &[&str], resources: &[&str]) -> Self {
        if let Some(hat) = &mut self.hat {
            hat.allow(actions, resources);
        }
        self
    }

    /// Changes its role.
    pub(super) fn role(mut self, change: impl FnOnce(Hat) -> Hat) -> Self {
        self.hat = self.hat.map(change);
        self
    }

    /// Runs as a role that is not its own.
    pub(super) fn runs_as(mut self, role: &str) -> Self {
        self.hat = None;
        self.function.role = Arn::build(PARTITION, "iam", "", ACCOUNT, &format!("role/{role}"));
        self
    }

    /// A version is published with each change of the code, some weeks apart.
    fn date(&mut self) {
        let name = &self.function.name;
        let changed = |weeks: u32| made_up::days_ago(self.deployed_days_ago + 19 * weeks, &format!("{name} {weeks}"));
        self.function.last_modified = Some(changed(0));
        self.function.revision_id = Some(made_up::uuid(&format!("{name} revision")));
        if let Some(versions) = self.function.versions.known_mut() {
            for (version, before) in versions.iter_mut().rev().zip(0..) {
                version.last_modified = Some(changed(before));
            }
        }
    }

    /// Puts it together.
    pub(super) fn build(mut self) -> Built {
        let live = self.function.aliases.known().is_ok_and(|aliases| !aliases.is_empty());
        let default = if live { Self::LIVE } else { Function::UNQUALIFIED };
        if live {
            for mapping in &mut self.mappings {
                mapping.function = Arn::new(format!("{}:{default}", self.function.arn));
            }
        }
        self.date();
        let mut statements: BTreeMap<&str, Vec<String>> = BTreeMap::from([(Function::UNQUALIFIED, Vec::new()), (default, Vec::new())]);
        for permission in &self.permissions {
            let qualifier = permission.qualifier.unwrap_or(default);
            statements.entry(qualifier).or_default().push(statement(&self.function.arn, qualifier, permission));
        }
        // A gap that was put there stays.
        self.function.policies.retain(|_, policy| policy.gap().is_some_and(|gap| gap.kind != GapKind::Unread));
        for (qualifier, statements) in statements {
            let policy: Option<PolicyText> = (!statements.is_empty()).then(|| document(&statements));
            self.function.policies.entry(qualifier.to_owned()).or_insert(Fact::Known(policy));
        }
        if self.function.environment.gap().is_none_or(|gap| gap.kind == GapKind::Unread) {
            self.function.kms_key = self.environment_key.filter(|_| !self.environment.is_empty());
            self.function.environment = Fact::Known(self.environment);
        }
        if self.function.tags.gap().is_none_or(|gap| gap.kind == GapKind::Unread) {
            self.function.tags = Fact::Known(self.tags);
        }
        Built {
            region: self.region,
            signing: self.signing,
            role: self.hat.map(Hat::build),
            log_group: self.log_group,
            mappings: self.mappings,
            feeds: self.feeds,
            target: if live { Arn::new(format!("{}:{default}", self.function.arn)) } else { self.function.arn.clone() },
            function: self.function,
        }
    }
}

/// A service, put together.
pub(super) struct Built {
    pub(super) region: &'static str,
    pub(super) function: Function,
    pub(super) role: Option<Role>,
    pub(super) log_group: Option<LogGroup>,
    pub(super) mappings: Vec<EventSourceMapping>,
    pub(super) feeds: Vec<Feed>,
    /// What callers call: the alias that is live, or the function itself.
    pub(super) target: Arn,
    pub(super) signing: Signing,
}

/// AWS refused `action` on `resource` to whoever collected the posture.
pub(super) fn refused(action: &str, resource: &str) -> Gap {
    Gap::denied(
        action,
        format!(
            "User: arn:aws:sts::{ACCOUNT}:assumed-role/palisade-audit/on-call is not authorized to perform: {action} on resource: {resource}"
        ),
    )
}
