//! An account to plant flaws in: all that is put into it is sound until it is changed.

use std::{
    collections::BTreeMap,
    sync::{Arc, LazyLock},
};

use super::things::{alarm, analyzer, metrics, recorder};
use crate::{
    checks::{
        Settings, routes, testing,
        testing::{ACCOUNT, REGION, now},
        testing_watch,
    },
    iam::Catalog,
    model::{
        AdvancedEventSelector, Arn, CodeSigningConfig, ControlPolicy, Coverage, Fact, FieldSelector, FingerprintKey, Function,
        FunctionMetrics, HiddenText, InspectorStatus, LevelKind, LogGroup, ManagedPolicy, Organization, OrganizationLevel, PackageType,
        PolicyText, Posture, Region, Role, ScanStatus, SecurityHub, ServiceUse, Timestamp, TrailSelectors, with_kinds,
    },
};

/// An account that nobody trusts.
pub(super) const STRANGER: &str = "999999999999";
/// An account that the configuration names as trusted.
pub(super) const FRIEND: &str = "111122223333";
/// The organization that the account is in.
pub(super) const OWN_ORGANIZATION: &str = "o-a1b2c3d4e5";
/// A Region where data may not be, and no function is.
pub(super) const ELSEWHERE: &str = "us-east-1";

/// One line of the table: what a check must say of a resource, and why.
#[derive(Debug, Clone)]
pub(super) struct Row {
    pub(super) check: &'static str,
    pub(super) resource: Arn,
    pub(super) why: &'static str,
}

/// An account, and what the checks must say of it.
#[derive(Debug)]
pub(super) struct Account {
    pub(super) posture: Posture,
    /// What the user says of it: as ever, but for what a plant needs.
    pub(super) settings: Settings,
    /// Must fail; nothing else may.
    pub(super) flaws: Vec<Row>,
    /// Must neither fail nor be unknown: what other tools take for a flaw.
    pub(super) innocent: Vec<Row>,
    /// Must not be judged at all: where there is no function nothing is missing.
    pub(super) unasked: Vec<Row>,
    /// Must be unknown; nothing else may.
    pub(super) undecided: Vec<Row>,
    /// What the user took the account for before: this with these changes.
    before: Vec<fn(&mut Posture)>,
}

/// An ARN of the main Region.
pub(super) fn arn(service: &str, resource: &str) -> Arn {
    Arn::build("aws", service, REGION, ACCOUNT, resource)
}

/// The ARN of a role or another thing of IAM.
pub(super) fn iam(resource: &str) -> Arn {
    Arn::build("aws", "iam", "", ACCOUNT, resource)
}

/// Some days before the posture was taken.
pub(super) fn ago(days: i64) -> Timestamp {
    Timestamp::from_unix(now().unix() - days * 86_400).expect("a time")
}

/// A policy of these statements.
pub(super) fn document(statements: &[&str]) -> PolicyText {
    PolicyText::new(format!(r#"{{"Version":"2012-10-17","Statement":[{}]}}"#, statements.join(",")))
}

/// The statement that allows `actions` on `resource`.
pub(super) fn allow(actions: &[&str], resource: &str) -> String {
    serde_json::json!({ "Effect": "Allow", "Action": actions, "Resource": resource }).to_string()
}

/// The statement of a resource policy that allows `principal` to do `action`, under a condition if there is one.
pub(super) fn lets(principal: &str, action: &str, resource: &Arn, condition: &str) -> String {
    let condition = if condition.is_empty() { String::new() } else { format!(r#","Condition":{condition}"#) };
    format!(r#"{{"Sid":"planted","Effect":"Allow","Principal":{principal},"Action":"{action}","Resource":"{resource}"{condition}}}"#)
}

/// The statement by which a role writes its logs, wherever it runs.
const LOGS: &str = r#"{"Effect":"Allow","Action":["logs:CreateLogStream","logs:PutLogEvents"],"Resource":"arn:aws:logs:*:123456789012:log-group:/aws/lambda/*"}"#;

/// Every service, used just now: no plant is of unused permissions unless it says so.
static USED: LazyLock<Vec<ServiceUse>> = LazyLock::new(|| {
    let used = |name: &str| ServiceUse { service: name.to_owned(), last_used: Some(now()) };
    Catalog::embedded().services().iter().map(|service| used(service.name)).collect()
});

/// What a text may give away, as a collector would keep it.
pub(super) fn hidden(text: &str) -> HiddenText {
    HiddenText::read(text, &arn("lambda", "function:any"), &FingerprintKey::new([7; 32]))
}

/// Takes management events, and what is done with every function, object and item but for those called `unrecorded`.
fn selectors() -> Vec<AdvancedEventSelector> {
    let equals = ["Management".to_owned()].into();
    let management = FieldSelector { field: "eventCategory".to_owned(), equals, ..FieldSelector::default() };
    let data = [
        ["resources.type=AWS::Lambda::Function", "resources.ARN!arn:aws:lambda:eu-west-1:123456789012:function:unrecorded"],
        ["resources.type=AWS::S3::Object", "resources.ARN!arn:aws:s3:::unrecorded"],
        ["resources.type=AWS::DynamoDB::Table", "resources.ARN!arn:aws:dynamodb:eu-west-1:123456789012:table/unrecorded"],
    ];
    let mut selectors = vec![AdvancedEventSelector { name: None, fields: vec![management] }];
    selectors.extend(data.iter().map(|fields| testing_watch::selector(fields)));
    selectors
}

macro_rules! sorting {
    (
        regional { $($(#[$doc:meta])* $list:ident: $List:ident of $Item:ident, $action:literal, $service:literal $all:literal $(in $place:ident)?;)* }
        regional facts { $($facts:tt)* }
        identity { $($(#[$id_doc:meta])* $id:ident: $Id:ident of $Principal:ident, $id_action:literal, $id_service:literal $id_all:literal;)* }
        account facts { $($wide:tt)* }
    ) => {
        /// Puts the items of every list in the order of their ARNs, as collectors do.
        fn sort(posture: &mut Posture) {
            for region in posture.regions.values_mut() {
                $(region.$list.items.sort_by(|one, other| one.arn.cmp(&other.arn));)*
            }
            $(posture.identity.$id.items.sort_by(|one, other| one.arn.cmp(&other.arn));)*
        }
    };
}
with_kinds!(sorting);

impl Account {
    /// An account in which nothing is wrong: watched, guarded, and with somebody to call.
    pub(super) fn new() -> Self {
        let settings = Settings {
            trusted_accounts: vec![FRIEND.to_owned()],
            layer_publishers: vec!["464622532012".to_owned()],
            allowed_regions: [REGION, "eu-central-1", "eu-north-1"].map(str::to_owned).into(),
            ..Settings::default()
        };
        let (posture, before) = (testing::empty(), Vec::new());
        let mut account =
            Self { posture, settings, flaws: Vec::new(), innocent: Vec::new(), unasked: Vec::new(), undecided: Vec::new(), before };
        account.posture.governance.security_contact = Fact::Known(true);
        account.posture.governance.s3_public_access_block = Fact::Known(None);
        account.attached("support", "arn:aws:iam::aws:policy/AWSSupportAccess", &allow(&["support:*"], "*"));
        account.guard();
        let region = account.region();
        let mut trail = testing_watch::trail("main");
        trail.selectors = Fact::Known(TrailSelectors { basic: Vec::new(), advanced: selectors() });
        region.trails.items.push(trail);
        region.detectors.items.push(testing_watch::detector());
        let on = || Some("ENABLED".to_owned());
        region.inspector = Fact::Known(InspectorStatus { account: "ENABLED".to_owned(), lambda: on(), lambda_code: on() });
        let hub = SecurityHub { arn: arn("securityhub", "hub/default"), subscribed: None, auto_enable_controls: None };
        region.security_hub = Fact::Known(Some(hub));
        region.config_recorders = Fact::Known(vec![recorder()]);
        region.analyzers.items.push(analyzer(REGION));
        region.code_signing_configs.items.push(CodeSigningConfig {
            arn: arn("lambda", "code-signing-config:csc-1"),
            enforced: true,
            profiles: Vec::new(),
            functions: Fact::Known(Vec::new()),
        });
        region.keys.items.push(testing::key("sound"));
        routes::testing::alert(&mut account.posture, r#"{"source":["aws.lambda","aws.securityhub"]}"#);
        account.function("rotator", |_| ());
        account.function("worker", |_| ());
        account.undecided("FN-012", &arn("lambda", "function:*"), "code is never read");
        let keys = Arn::build("aws", "kms", "", ACCOUNT, "key/*");
        account.undecided("DP-007", &keys, "the SDK cannot ask KMS when a key was last used");
        account
    }

    /// Lets the organization refuse open URLs, and AdministratorAccess on roles.
    fn guard(&mut self) {
        let text = document(&[
            r#"{"Effect":"Allow","Action":"*","Resource":"*"}"#,
            r#"{"Effect":"Deny","Action":["lambda:CreateFunctionUrlConfig","lambda:UpdateFunctionUrlConfig"],"Resource":"*","Condition":{"StringEquals":{"lambda:FunctionUrlAuthType":"NONE"}}}"#,
            r#"{"Effect":"Deny","Action":["iam:AttachRolePolicy"],"Resource":"*","Condition":{"ArnEquals":{"iam:PolicyARN":"arn:aws:iam::aws:policy/AdministratorAccess"}}}"#,
        ]);
        let policy = ControlPolicy { id: "p-1".to_owned(), name: "guard".to_owned(), aws_managed: false, document: Fact::Known(text) };
        self.posture.governance.organization = Fact::Known(Some(Organization {
            id: OWN_ORGANIZATION.to_owned(),
            arn: Arn::from("arn:aws:organizations::888888888888:organization/o-a1b2c3d4e5"),
            management_account: "888888888888".to_owned(),
            feature_set: "ALL".to_owned(),
        }));
        self.posture.governance.organization_chain = Fact::Known(vec![OrganizationLevel {
            id: "r-1".to_owned(),
            kind: LevelKind::Root,
            service_control: Fact::Known(vec![policy]),
            resource_control: Fact::Known(Vec::new()),
        }]);
    }

    /// `check` must fail `resource`.
    pub(super) fn flaw(&mut self, check: &'static str, resource: &Arn, why: &'static str) {
        self.flaws.push(Row { check, resource: resource.clone(), why });
    }

    /// `check` must not fail `resource`, though others would.
    pub(super) fn innocent(&mut self, check: &'static str, resource: &Arn, why: &'static str) {
        self.innocent.push(Row { check, resource: resource.clone(), why });
    }

    /// `check` must say nothing of `resource`.
    pub(super) fn unasked(&mut self, check: &'static str, resource: &Arn, why: &'static str) {
        self.unasked.push(Row { check, resource: resource.clone(), why });
    }

    /// `check` cannot decide on `resource`.
    pub(super) fn undecided(&mut self, check: &'static str, resource: &Arn, why: &'static str) {
        self.undecided.push(Row { check, resource: resource.clone(), why });
    }

    /// The account looked otherwise when the user last approved of it.
    pub(super) fn was(&mut self, change: fn(&mut Posture)) {
        self.before.push(change);
    }

    /// The account as it is read.
    pub(super) fn read(mut self) -> Self {
        sort(&mut self.posture);
        if !self.before.is_empty() {
            let mut baseline = self.posture.clone();
            self.before.iter().for_each(|change| change(&mut baseline));
            sort(&mut baseline);
            self.settings.baselines = vec![Arc::new(baseline)];
        }
        self
    }

    /// The Region in which most is.
    pub(super) fn region(&mut self) -> &mut Region {
        self.posture.regions.get_mut(REGION).expect("the Region")
    }

    /// A Region, empty unless there is something in it already.
    pub(super) fn region_of(&mut self, name: &str) -> &mut Region {
        self.posture.regions.entry(name.to_owned()).or_insert_with(Region::empty)
    }

    /// A role that trusts Lambda, writes logs, and may do what these statements say.
    pub(super) fn role(&mut self, name: &str, statements: &[&str]) -> Arn {
        self.role_with(name, |role| {
            let text = document(&[&[LOGS], statements].concat());
            role.policies.inline.insert("inline".to_owned(), text);
        })
    }

    /// A role, changed by `change`.
    pub(super) fn role_with(&mut self, name: &str, change: impl FnOnce(&mut Role)) -> Arn {
        let mut role = testing::role(name, document(&[LOGS]).as_str());
        role.services_used = Fact::Known(USED.clone());
        change(&mut role);
        let arn = role.arn.clone();
        self.posture.identity.roles.items.push(role);
        arn
    }

    /// A role with a managed policy of this document.
    pub(super) fn attached(&mut self, name: &str, policy: &str, statement: &str) -> Arn {
        let policy = Arn::from(policy);
        self.managed(&policy, statement);
        self.role_with(name, |role| role.policies.attached.push(policy))
    }

    /// A managed policy with one statement.
    pub(super) fn managed(&mut self, policy: &Arn, statement: &str) {
        let document = Fact::Known(document(&[statement]));
        self.posture.identity.policies.items.push(ManagedPolicy { arn: policy.clone(), name: policy.name().to_owned(), document });
    }

    /// A function of the main Region with all that belongs to one, changed by `change`.
    pub(super) fn function(&mut self, name: &str, change: impl FnOnce(&mut Function)) -> Arn {
        self.function_in(REGION, name, change)
    }

    /// The same, that runs as a role of these statements beside the one for its logs.
    pub(super) fn function_that(&mut self, name: &str, statements: &[&str], change: impl FnOnce(&mut Function)) -> Arn {
        self.role(&format!("{name}-role"), statements);
        self.function(name, change)
    }

    /// A function with data of a class: each is told of by FN-022, as it is in no VPC.
    pub(super) fn sensitive(&mut self, name: &str, statements: &[&str], change: impl FnOnce(&mut Function)) -> Arn {
        let tags = BTreeMap::from([("data-class", "pii"), ("owner", "payments")].map(|(key, value)| (key.to_owned(), value.to_owned())));
        let arn = self.function_that(name, statements, |function| {
            function.tags = Fact::Known(tags);
            change(function);
        });
        self.log_group(name).data_protection = Some("ACTIVATED".to_owned());
        self.flaw("FN-022", &arn, "sensitive data, outside of any VPC");
        arn
    }

    /// A function of this Region.
    pub(super) fn function_in(&mut self, region: &str, name: &str, change: impl FnOnce(&mut Function)) -> Arn {
        let mut function = testing::function(name);
        function.arn = Arn::build("aws", "lambda", region, ACCOUNT, &format!("function:{name}"));
        change(&mut function);
        if !self.posture.identity.roles.items.iter().any(|role| role.arn == function.role) {
            self.role(&format!("{name}-role"), &[]);
        }
        let arn = function.arn.clone();
        let mut group = testing::log_group(&format!("/aws/lambda/{name}"));
        group.arn = Arn::build("aws", "logs", region, ACCOUNT, &format!("log-group:{}", group.name));
        let place = self.region_of(region);
        place.log_groups.items.push(group);
        let scan = || Some(ScanStatus { active: true, reason: "SUCCESSFUL".to_owned() });
        place.coverage.items.push(Coverage { arn: arn.clone(), packages: scan(), code: scan() });
        place.metrics.items.push(metrics(&arn));
        place.alarms.items.push(alarm(&arn));
        if let Some(config) = place.code_signing_configs.items.first_mut()
            && function.package_type == PackageType::Zip
        {
            config.functions.known_mut().expect("the functions").push(arn.clone());
        }
        place.functions.items.push(function);
        arn
    }

    /// Takes back what the account has beside a function with this ARN.
    pub(super) fn without_alarm(&mut self, function: &Arn) {
        let name = alarm(function).arn;
        self.region_of(function.region()).alarms.items.retain(|alarm| alarm.arn != name);
    }

    /// The metrics of a function of the main Region.
    pub(super) fn metrics(&mut self, function: &Arn) -> &mut FunctionMetrics {
        self.region().metrics.items.iter_mut().find(|metrics| metrics.arn == *function).expect("the metrics")
    }

    /// What Inspector says of a function of the main Region.
    pub(super) fn coverage(&mut self, function: &Arn) -> &mut Coverage {
        self.region().coverage.items.iter_mut().find(|coverage| coverage.arn == *function).expect("the coverage")
    }

    /// The log group of a function of the main Region.
    pub(super) fn log_group(&mut self, function: &str) -> &mut LogGroup {
        let name = format!("/aws/lambda/{function}");
        self.region().log_groups.items.iter_mut().find(|group| group.name == name).expect("the log group")
    }
}
