//! What the user says of the account: whom to trust, what matters, which bounds hold.

use std::{collections::BTreeMap, sync::Arc};

use super::Waiver;
use crate::model::{Arn, Posture};

mod classes;
mod environments;
mod marks;
mod runtimes;
mod thresholds;

pub use classes::{Classes, Classified, DataClass, Demand, Protection};
pub use environments::{Environment, Environments, Placed};
pub use marks::{Described, Mark, Marks, Tags};
pub use runtimes::RuntimeDates;
pub use thresholds::{Threshold, Thresholds};

/// What the user says of the account. The defaults are cautious.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// Account ids that may be granted access.
    pub trusted_accounts: Vec<String>,
    /// AWS Organizations ids (`o-…`) that may be granted access.
    pub trusted_organizations: Vec<String>,
    /// Accounts whose layers are trusted, beside AWS's own publishers.
    pub layer_publishers: Vec<String>,
    /// Least days that logs are kept.
    pub retention_min_days: u32,
    /// Most days that logs are kept; none sets no upper bound, but never-expire is reported all the same.
    pub retention_max_days: Option<u32>,
    /// The bounds of checks.
    pub thresholds: Thresholds,
    /// Dates of runtimes that hold over the shipped table's, by the runtime's name.
    pub runtimes: BTreeMap<String, RuntimeDates>,
    /// Tag keys that say who answers for a resource, or how; compared without case and without what joins words.
    pub owners: Vec<String>,
    /// What marks production and development.
    pub environments: Environments,
    /// The classes of data.
    pub classes: Classes,
    /// Regions where data may be; empty sets no bound.
    pub allowed_regions: Vec<String>,
    /// Fails that somebody answers for.
    pub waivers: Vec<Arc<Waiver>>,
    /// Snapshots in which the user finds nothing amiss, one an account.
    pub baselines: Vec<Arc<Posture>>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            baselines: Vec::new(),
            trusted_accounts: Vec::new(),
            trusted_organizations: Vec::new(),
            layer_publishers: Vec::new(),
            allowed_regions: Vec::new(),
            retention_min_days: 30,
            retention_max_days: None,
            thresholds: Thresholds::default(),
            runtimes: BTreeMap::new(),
            owners: OWNERS.iter().map(|&key| key.to_owned()).collect(),
            environments: Environments::default(),
            classes: Classes::default(),
            waivers: Vec::new(),
        }
    }
}

/// Tags that say who answers, unless the user names others.
const OWNERS: &[&str] = &[
    "owner",
    "team",
    "contact",
    "runbook",
    "playbook",
    "squad",
    "maintainer",
    "on-call",
    "service-owner",
    "product-owner",
    "owner-team",
    "team-name",
    "owner-contact",
    "owned-by",
    "managed-by-team",
    "escalation",
    "support",
    "support-team",
    "pagerduty",
    "ops-team",
];

/// How much a resource matters to the score.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asset {
    /// Of a sensitive class of data.
    Sensitive,
    /// Neither.
    Ordinary,
    /// For development.
    Development,
}

impl Settings {
    /// The snapshot of `account` in which the user finds nothing amiss, if there is one.
    pub fn baseline(&self, account: &str) -> Option<&Posture> {
        self.baselines.iter().find(|baseline| baseline.account == account).map(|baseline| &**baseline)
    }

    /// Whether the user trusts the account `id`; `home` is always trusted.
    pub fn trusts(&self, home: &str, id: &str) -> bool {
        id == home || self.trusted_accounts.iter().any(|trusted| trusted == id)
    }

    /// Whether `layer` comes from a publisher the user named.
    pub fn trusts_layer(&self, home: &str, layer: &Arn) -> bool {
        self.trusts(home, layer.account()) || self.layer_publishers.iter().any(|publisher| publisher == layer.account())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        checks::{
            Context, Ruling, Severity, find,
            testing::{self, ACCOUNT, REGION, Says, ask_with, with_function, with_role},
            testing_api::{method_settings, with_rest_api},
        },
        model::{EventSourceMapping, Fact, MethodSettings, Posture, Queue, QueueAttributes, RestApi, Timestamp, Topic, TopicAttributes},
    };

    /// What the check says of the first resource.
    fn says(id: &str, posture: &Posture, settings: &Settings) -> Says {
        ask_with(find(id).unwrap(), posture, settings)[0].1
    }

    /// Its first fail: severity, message and the pointers of the evidence.
    fn fails(id: &str, posture: &Posture, settings: &Settings) -> (Severity, String, String) {
        let check = find(id).unwrap();
        let verdicts = (check.run)(&Context::new(posture, settings));
        let Some(Ruling::Fail(fault)) = verdicts.into_iter().map(|verdict| verdict.ruling).next() else { panic!("{id} does not fail") };
        let shown = fault.evidence.iter().map(|evidence| format!("{}={}", evidence.pointer, evidence.value)).collect::<Vec<_>>();
        (fault.severity.unwrap_or(check.severity), fault.message, shown.join("; "))
    }

    fn with(name: &str, value: u32) -> Settings {
        let mut settings = Settings::default();
        assert!(settings.thresholds.set(name, value));
        settings
    }

    fn tagged(pairs: &[(&str, &str)]) -> Posture {
        with_function(|function| function.tags = Fact::Known(tags(pairs)))
    }

    fn tags(pairs: &[(&str, &str)]) -> Tags {
        pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
    }

    /// The default, but that `class` demands these alone.
    fn demanding(class: &str, demands: &[Protection]) -> Settings {
        let mut settings = Settings::default();
        let class = DataClass { demands: demands.iter().copied().collect(), ..settings.classes.named(class).unwrap().clone() };
        settings.classes.set(class);
        settings
    }

    fn ago(days: i64) -> Timestamp {
        Timestamp::from_unix(testing::now().unix() - days * 86_400).unwrap()
    }

    fn queue(days: u32) -> Posture {
        let arn = Arn::build("aws", "sqs", REGION, ACCOUNT, "jobs");
        let mut posture = with_function(|_| ());
        let region = posture.regions.get_mut(REGION).unwrap();
        let mut mapping = EventSourceMapping::new(
            Arn::build("aws", "lambda", REGION, ACCOUNT, "event-source-mapping:u-1"),
            "u-1",
            region.functions.items[0].arn.clone(),
        );
        mapping.source = Some(arn.clone());
        region.event_source_mappings.items.push(mapping);
        let attributes = QueueAttributes {
            policy: None,
            sqs_managed_sse: Some(true),
            kms_key: None,
            retention_seconds: Some(days * 86_400),
            dead_letter_queue: None,
        };
        region.queues.items.push(Queue { arn, url: "https://sqs/jobs".to_owned(), attributes: Fact::Known(attributes) });
        posture
    }

    #[test]
    fn thresholds_move_the_verdicts_of_their_checks() {
        let held_back = with_function(|function| {
            function.runtime_management.known_mut().unwrap().update_on = "FunctionUpdate".to_owned();
            function.last_modified = Some(ago(60));
        });
        let mut secret = with_role(
            r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"secretsmanager:GetSecretValue","Resource":"arn:aws:secretsmanager:eu-west-1:123456789012:secret:db-??????"}]}"#,
        );
        let mut late = testing::secret("db");
        late.next_rotation = Some(ago(5));
        secret.regions.get_mut(REGION).unwrap().secrets.items.push(late);
        let near = with_function(|function| function.runtime = Some("ruby3.3".to_owned()));
        let old = with_function(|function| function.runtime = Some("python3.9".to_owned()));
        for (id, name, posture, cases) in [
            ("FN-009", "runtime_undeployed_days", &held_back, [(90, Says::Pass), (30, Says::Fail)]),
            ("FN-008", "runtime_notice_days", &near, [(180, Says::Fail), (30, Says::Pass)]),
            ("DP-013", "rotation_grace_days", &secret, [(1, Says::Fail), (30, Says::Pass)]),
            ("IR-011", "rotation_failed_days", &secret, [(2, Says::Fail), (30, Says::Fail)]),
            ("IR-012", "queue_replay_days", &queue(5), [(4, Says::Pass), (7, Says::Fail)]),
        ] {
            for (value, expected) in cases {
                assert_eq!(says(id, posture, &with(name, value)), expected, "{id} with {name} = {value}");
            }
        }
        // The function that rotates it is missing: only what is said of it changes.
        assert!(fails("IR-011", &secret, &with("rotation_failed_days", 2)).2.contains("NextRotationDate"));
        assert!(fails("IR-011", &secret, &with("rotation_failed_days", 30)).2.contains("RotationLambdaARN"));
        assert_eq!(fails("FN-007", &old, &with("runtime_block_days", 60)).0, Severity::High);
        assert_eq!(fails("FN-007", &old, &with("runtime_block_days", 3650)).0, Severity::Critical);
    }

    #[test]
    fn dates_of_the_users_own_hold_over_the_table_and_say_whose_they_are() {
        let on = |runtime: &str| with_function(|function| function.runtime = Some(runtime.to_owned()));
        let own = |runtime: &str, dates| Settings { runtimes: [(runtime.to_owned(), dates)].into(), ..Settings::default() };
        let ended = RuntimeDates { deprecated: Some(ago(1)), ..RuntimeDates::default() };
        let later = RuntimeDates { deprecated: Some(ago(-1000)), ..RuntimeDates::default() };
        let blocked = RuntimeDates { block_update: Some(ago(-10)), ..RuntimeDates::default() };
        assert_eq!(says("FN-007", &on("python3.14"), &own("python3.14", ended)), Says::Fail);
        assert_eq!(says("FN-007", &on("python3.9"), &own("python3.9", later)), Says::Pass);
        assert_eq!(says("FN-007", &on("python3.99"), &own("python3.99", later)), Says::Pass, "one that the table does not know");
        assert_eq!(says("FN-007", &on("python3.99"), &own("python3.99", blocked)), Says::Unknown, "its end is not said");
        assert_eq!(says("FN-007", &on("nodejs12.x"), &own("nodejs12.x", later)), Says::Pass, "one that the table calls blocked");
        let (severity, _, shown) = fails("FN-007", &on("python3.9"), &own("python3.9", blocked));
        assert_eq!(severity, Severity::Critical);
        assert!(shown.contains("deprecated=2025-12-15; runtimes.\"python3.9\".block_update="), "{shown}");
    }

    #[test]
    fn a_class_demands_what_the_user_lets_it_demand_and_the_finding_says_so() {
        let pii = || {
            let mut posture = tagged(&[("data-class", "pii")]);
            posture.regions.get_mut(REGION).unwrap().log_groups.items[0].kms_key = None;
            posture
        };
        let (severity, message, shown) = fails("DP-008", &pii(), &Settings::default());
        assert_eq!(severity, Severity::Medium);
        assert!(message.ends_with("the class confidential demands customer-key"), "{message}");
        assert!(shown.contains("orders Tags.data-class=pii"), "{shown}");
        assert_eq!(fails("DP-008", &pii(), &demanding("confidential", &[Protection::Masking])).0, Severity::Low);
        for (id, protection) in [("MV-005", Protection::Masking), ("FN-022", Protection::PrivateNetwork), ("IR-014", Protection::Owner)] {
            assert_eq!(says(id, &pii(), &demanding("confidential", &[protection])), Says::Fail, "{id}");
            assert_eq!(says(id, &pii(), &demanding("confidential", &[])), Says::NotApplicable, "{id}");
            assert_eq!(says(id, &tagged(&[]), &Settings::default()), Says::NotApplicable, "{id}");
            // The class of what nothing marks may demand as well.
            let (_, message, shown) = fails(id, &tagged(&[]), &demanding("internal", &[protection]));
            assert!(message.contains("the class internal demands"), "{message}");
            assert!(shown.contains("classes.internal.demands"), "{shown}");
        }
    }

    #[test]
    fn a_store_has_the_class_of_the_functions_that_work_with_it() {
        let topic = |pairs: &[(&str, &str)]| {
            let arn = Arn::build("aws", "sns", REGION, ACCOUNT, "alarms");
            let mut posture = tagged(pairs);
            let region = posture.regions.get_mut(REGION).unwrap();
            region.functions.items[0].dead_letter = Some(arn.clone());
            let attributes = TopicAttributes { policy: None, kms_key: None };
            region.topics.items.push(Topic { arn, attributes: Fact::Known(attributes) });
            posture
        };
        assert_eq!(fails("DP-009", &topic(&[]), &Settings::default()).0, Severity::Low);
        let (severity, message, shown) = fails("DP-009", &topic(&[("data-class", "pci")]), &Settings::default());
        assert_eq!(severity, Severity::Medium);
        assert!(message.ends_with("the class restricted demands customer-key") && shown.contains("orders Tags.data-class=pci"), "{shown}");
    }

    #[test]
    fn a_table_for_development_matters_less_unless_its_class_demands_more() {
        let table = |pairs: &[(&str, &str)], name: &str| {
            let mut posture = with_role(
                r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"dynamodb:GetItem","Resource":"arn:aws:dynamodb:eu-west-1:123456789012:table/orders"}]}"#,
            );
            let mut table = testing::table("orders");
            table.point_in_time_recovery = Fact::Known(false);
            let region = posture.regions.get_mut(REGION).unwrap();
            region.tables.items.push(table);
            region.functions.items[0].tags = Fact::Known(tags(pairs));
            region.functions.items[0].name = name.to_owned();
            posture
        };
        let ask = |posture: &Posture| fails("DP-010", posture, &Settings::default());
        assert_eq!(ask(&table(&[], "orders")).0, Severity::Medium);
        let (severity, _, shown) = ask(&table(&[("env", "dev")], "orders"));
        assert!(severity == Severity::Low && shown.contains("orders Tags.env=dev"), "{shown}");
        let (severity, _, shown) = ask(&table(&[], "orders-dev"));
        assert!(severity == Severity::Low && shown.contains("orders-dev (fits dev of the configuration)"), "{shown}");
        let (severity, message, _) = ask(&table(&[("env", "dev"), ("data-class", "pii")], "orders"));
        assert!(severity == Severity::Medium && message.ends_with("demands recovery"), "{message}");
    }

    #[test]
    fn production_by_tag_or_name_is_told() {
        let traced = |change: &dyn Fn(&mut RestApi)| {
            with_rest_api(|api| {
                api.name = "shop".to_owned();
                let stage = &mut api.stages.known_mut().unwrap()[0];
                stage.name = "v1".to_owned();
                let settings = MethodSettings { data_trace: true, logging_level: Some("INFO".to_owned()), ..method_settings() };
                stage.settings.insert("*/*".to_owned(), settings);
                change(api);
            })
        };
        let ask = |posture: &Posture| fails("MV-014", posture, &Settings::default());
        assert_eq!(ask(&traced(&|_| ())).0, Severity::Medium, "nothing says where it is");
        let (severity, _, shown) = ask(&traced(&|api| api.name = "shop-prod".to_owned()));
        assert!(severity == Severity::High && shown.contains("shop-prod (fits prod of the configuration)"), "{shown}");
        let (severity, _, shown) = ask(&traced(&|api| api.tags = tags(&[("env", "live")])));
        assert!(severity == Severity::High && shown.contains("shop Tags.env=live"), "{shown}");
        let dev = traced(&|api| {
            api.name = "shop-prod".to_owned();
            api.stages.known_mut().unwrap()[0].tags = tags(&[("env", "dev")]);
        });
        assert_eq!(says("MV-014", &dev, &Settings::default()), Says::Pass, "the tag of the stage before the name of the API");

        let loud = |name: &str, pairs: &[(&str, &str)]| {
            let mut posture = tagged(pairs);
            let function = &mut posture.regions.get_mut(REGION).unwrap().functions.items[0];
            function.name = name.to_owned();
            function.logging.known_mut().unwrap().application_level = Some("DEBUG".to_owned());
            posture
        };
        assert_eq!(says("MV-007", &loud("orders-dev", &[]), &Settings::default()), Says::Pass);
        let (_, message, shown) = fails("MV-007", &loud("orders-prod", &[]), &Settings::default());
        assert!(message.ends_with("in production") && shown.contains("fits prod"), "{message}: {shown}");
        assert!(!fails("MV-007", &loud("orders", &[]), &Settings::default()).1.contains("production"));
    }

    #[test]
    fn owners_are_whom_the_user_says() {
        let settings = Settings { owners: vec!["Kosten_Stelle".to_owned()], ..Settings::default() };
        let owned = |key: &str| tagged(&[("data-class", "pii"), (key, "4711")]);
        assert_eq!(says("IR-014", &owned("kosten-stelle"), &settings), Says::Pass);
        assert_eq!(says("IR-014", &owned("acme:KostenStelle"), &settings), Says::Pass);
        assert_eq!(says("IR-014", &owned("owner"), &settings), Says::Fail);
        assert_eq!(says("IR-014", &owned("Service-Owner"), &Settings::default()), Says::Pass);
    }
}
