//! Flaws of layer 3 in keys and what they are for: DP-001 to DP-008, DP-014 to DP-018.

use super::account::{Account, FRIEND, OWN_ORGANIZATION, STRANGER, ago, allow, arn, document, hidden, iam};
use super::things::variables;
use crate::{
    checks::{
        routes,
        testing::{self, ACCOUNT},
        testing_api::api_domain,
    },
    model::{
        AccessPoint, Arn, EnvironmentValue, Fact, FileSystem, FileSystemConfig, FingerprintKey, FunctionState, Grant, Key, KeyMetadata,
        MethodSettings, Parameter, RestStage, Schedule, ScheduleDetails, StateMachineConfiguration,
    },
};

pub(super) fn plant(account: &mut Account) {
    environments(account);
    unusable(account);
    policies(account);
    rotation(account);
    grants(account);
    logs(account);
    secrets_in_clear(account);
    caches(account);
    old_tls(account);
    payloads(account);
    mounts(account);
}

fn environments(account: &mut Account) {
    for name in ["unkeyed", "unkeyed-too"] {
        let function = account.function(name, |function| {
            variables(function, &[("LOG_LEVEL", "INFO")]);
            function.kms_key = None;
        });
        account.flaw("DP-001", &function, "variables under AWS's key");
    }
    account.innocent("DP-001", &arn("lambda", "function:worker"), "no variables");
}

fn unusable(account: &mut Account) {
    let mut in_state =
        |id: &str, state: &str| account.key(id, |key| key.metadata.known_mut().expect("the metadata").state = state.to_owned());
    let (disabled, leaving) = (in_state("disabled", "Disabled"), in_state("leaving", "PendingDeletion"));
    account.key("by-alias", |key| key.aliases = Fact::Known(vec!["alias/by-alias".to_owned()]));
    let mut with = |name: &str, key: Option<Arn>, code: Option<&str>| {
        account.function(name, |function| {
            function.kms_key = key;
            let reason_code = code.map(str::to_owned);
            let state = FunctionState {
                state: "Active".to_owned(),
                last_update: "Successful".to_owned(),
                reason_code,
                last_update_reason_code: None,
            };
            function.state = Fact::Known(state);
        })
    };
    let locked = with("key-disabled", Some(disabled.clone()), None);
    let doomed = with("key-leaving", Some(leaving), None);
    let refused = with("key-refused", None, Some("KMSKeyAccessDenied"));
    let by_alias = with("key-by-alias", Some(arn("kms", "alias/by-alias")), None);
    let idle = with("idle", None, Some("Idle"));
    account.flaw("DP-002", &locked, "a key that is disabled");
    account.flaw("DP-002", &doomed, "a key that is about to be deleted");
    account.flaw("DP-002", &refused, "KMS refuses, Lambda says");
    account.innocent("DP-002", &by_alias, "a key by its alias");
    account.innocent("DP-002", &idle, "a state of another reason");
    account.innocent("DP-004", &disabled, "a key that is not in use need not rotate");
}

const ROOT: &str =
    r#"{"Sid":"root","Effect":"Allow","Principal":{"AWS":"arn:aws:iam::123456789012:root"},"Action":"kms:*","Resource":"*"}"#;

/// Key policies for everyone, and for strangers.
fn policies(account: &mut Account) {
    let lets = |principal: &str, condition: &str| {
        let condition = if condition.is_empty() { String::new() } else { format!(r#","Condition":{condition}"#) };
        format!(r#"{{"Effect":"Allow","Principal":{principal},"Action":["kms:Decrypt","kms:DescribeKey"],"Resource":"*"{condition}}}"#)
    };
    let mut with = |id: &str, statement: &str, change: &dyn Fn(&mut Key)| {
        account.key(id, |key| {
            key.policy = Fact::Known(document(&[ROOT, statement]));
            change(key);
        })
    };
    let everyone = r#"{"AWS":"*"}"#;
    let through = r#"{"StringEquals":{"kms:ViaService":"s3.eu-west-1.amazonaws.com"}}"#;
    let of_caller = r#"{"StringEquals":{"kms:CallerAccount":"123456789012","kms:ViaService":"s3.eu-west-1.amazonaws.com"}}"#;
    let organization = format!(r#"{{"StringEquals":{{"aws:PrincipalOrgID":"{OWN_ORGANIZATION}"}}}}"#);
    let open = with("open", &lets(everyone, ""), &|_| ());
    let through_service = with("open-through-s3", &lets(r#""*""#, through), &|_| ());
    let by_caller = with("for-callers-of-the-account", &lets(everyone, of_caller), &|_| ());
    let of_organization = with("for-the-organization", &lets(everyone, &organization), &|_| ());
    let aws = with("of-aws", &lets(everyone, ""), &|key| key.metadata.known_mut().expect("the metadata").customer_managed = false);
    let who = |who: String| lets(&format!(r#"{{"AWS":"{who}"}}"#), "");
    let foreign = with("for-a-stranger", &who(format!("arn:aws:iam::{STRANGER}:root")), &|_| ());
    let friendly = with("for-a-friend", &who(format!("arn:aws:iam::{FRIEND}:root")), &|_| ());
    let own = with("for-a-role", &who(format!("arn:aws:iam::{ACCOUNT}:role/worker-role")), &|_| ());
    let service = with("for-logs", &lets(r#"{"Service":"logs.eu-west-1.amazonaws.com"}"#, ""), &|_| ());
    account.flaw("DP-003", &open, "everyone");
    account.flaw("DP-003", &through_service, "everyone through S3, which fixes nobody");
    account.innocent("DP-003", &by_caller, "everyone of the account, through S3");
    account.innocent("DP-003", &aws, "a key of AWS");
    account.flaw("DP-006", &foreign, "another account");
    for (key, why) in [
        (&of_organization, "the own organization"),
        (&friendly, "an account that the configuration trusts"),
        (&own, "a role of the account"),
        (&service, "a service"),
    ] {
        account.innocent("DP-003", key, why);
        account.innocent("DP-006", key, why);
    }
}

/// What does not rotate, and what cannot (e-12).
fn rotation(account: &mut Account) {
    let mut still = |id: &str, change: &dyn Fn(&mut KeyMetadata)| {
        account.key(id, |key| {
            key.rotation_enabled = Fact::Known(false);
            change(key.metadata.known_mut().expect("the metadata"));
        })
    };
    let flawed = ["still", "still-too"].map(|id| still(id, &|_| ()));
    let keys = [
        (still("asymmetric", &|key| key.spec = "RSA_4096".to_owned()), "an asymmetric key"),
        (still("hmac", &|key| key.spec = "HMAC_256".to_owned()), "an HMAC key"),
        (still("imported", &|key| key.origin = "EXTERNAL".to_owned()), "imported material"),
        (still("in-own-store", &|key| key.origin = "AWS_CLOUDHSM".to_owned()), "a custom key store"),
        (still("still-of-aws", &|key| key.customer_managed = false), "a key of AWS"),
    ];
    for key in &flawed {
        account.flaw("DP-004", key, "can rotate, and does not");
    }
    for (key, why) in &keys {
        account.innocent("DP-004", key, why);
    }
}

fn grants(account: &mut Account) {
    let role = "arn:aws:iam::123456789012:role/worker-role";
    let linked = "arn:aws:iam::123456789012:role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling";
    let stranger = format!("arn:aws:iam::{STRANGER}:role/x");
    let mut granted = |id: &str, grantee: &str, operations: &[&str], days: i64, constrained: bool| {
        let grant = Grant {
            id: format!("g-{id}"),
            name: None,
            grantee: grantee.to_owned(),
            operations: operations.iter().map(|&operation| operation.to_owned()).collect(),
            constrained,
            encryption_context: [].into(),
            created: Some(ago(days)),
        };
        account.key(id, |key| key.grants = Fact::Known(vec![grant]))
    };
    let further = granted("granted-further", role, &["Decrypt", "CreateGrant"], 5, false);
    let old = granted("granted-long-ago", role, &["Decrypt"], 900, false);
    let foreign = granted("granted-to-a-stranger", &stranger, &["Decrypt"], 5, false);
    let bound = granted("granted-for-a-context", role, &["Decrypt", "RetireGrant"], 900, true);
    let service = granted("granted-to-a-service", "dynamodb.eu-west-1.amazonaws.com", &["Decrypt", "CreateGrant"], 900, false);
    let linked = granted("granted-to-a-linked-role", linked, &["Decrypt", "CreateGrant"], 900, false);
    account.flaw("DP-005", &further, "may make further grants");
    account.flaw("DP-005", &old, "older than a year");
    account.flaw("DP-005", &foreign, "to another account");
    account.flaw("DP-006", &foreign, "to another account");
    account.innocent("DP-005", &bound, "of a function's environment, and bound to its context");
    account.innocent("DP-005", &service, "to a service of AWS");
    account.innocent("DP-005", &linked, "to a service's linked role");
    account.innocent("DP-006", &service, "to a service of AWS");
}

fn logs(account: &mut Account) {
    for name in ["logs-unkeyed", "logs-unkeyed-too"] {
        account.function(name, |_| ());
        account.log_group(name).kms_key = None;
        let group = account.log_group(name).arn.clone();
        account.flaw("DP-008", &group, "CloudWatch's key");
    }
    let mut foreign = testing::log_group("/ecs/web");
    foreign.kms_key = None;
    let group = foreign.arn.clone();
    account.region().log_groups.items.push(foreign);
    account.innocent("DP-008", &group, "no function writes to it");
}

fn secrets_in_clear(account: &mut Account) {
    const TOKEN: &str = concat!("AKIA", "ABCDEFGHIJKLMNOP");
    let set = |name: &str, value: &str| {
        let value = EnvironmentValue::classify(name, value, &FingerprintKey::new([7; 32]));
        [(name.to_owned(), value)].into()
    };
    let staged = account.rest("stage-with-secret", |api| api.stages.known_mut().expect("the stages")[0].variables = set("upload", TOKEN));
    let named = account.http("stage-that-names-one", |api| {
        api.stages.known_mut().expect("the stages")[0].variables =
            set("SECRET_ARN", "arn:aws:secretsmanager:eu-west-1:123456789012:secret:x-a1B2c3");
    });
    account.flaw("DP-014", &staged, "a token in a stage variable");
    account.innocent("DP-014", &named, "the ARN of a secret");

    let mut rule =
        routes::testing::rule("with-secret", r#"{"source":["shop"]}"#, Arn::new(format!("arn:aws:sqs:eu-west-1:{FRIEND}:inbox")));
    rule.targets.known_mut().expect("the targets")[0].input = Some(hidden(&format!(r#"{{"key":"{TOKEN}"}}"#)));
    account.flaw("DP-014", &rule.arn, "a token in what a rule hands on");
    account.region().event_rules.items.push(rule);

    let mut parameter = |name: &str, value_type: &str| {
        let own = arn("ssm", &format!("parameter/{name}"));
        let value_type = value_type.to_owned();
        let parameter =
            Parameter { arn: own.clone(), name: format!("/{name}"), value_type, kms_key: None, tier: None, last_modified: None };
        account.region().parameters.items.push(parameter);
        own
    };
    let plain = parameter("shop/db-password", "String");
    let secure = parameter("shop/api-password", "SecureString");
    let reference = parameter("shop/db-password-arn", "String");
    let idle = parameter("shop/old-password", "String");
    let reads: Vec<String> = [&plain, &secure, &reference].iter().map(|one| allow(&["ssm:GetParameter"], one.as_str())).collect();
    let reads: Vec<&str> = reads.iter().map(String::as_str).collect();
    account.function_that("reads-parameters", &reads, |_| ());
    account.flaw("DP-014", &plain, "a password in a String that a function reads");
    account.innocent("DP-014", &secure, "a SecureString");
    account.innocent("DP-014", &reference, "the name of a reference");
    account.innocent("DP-014", &idle, "a password that no function reads");
}

fn caches(account: &mut Account) {
    let mut caching = |id: &str, on: bool, change: fn(&mut MethodSettings)| {
        account.rest(id, |api| {
            let stage: &mut RestStage = &mut api.stages.known_mut().expect("the stages")[0];
            stage.cache_enabled = on;
            stage.settings.values_mut().for_each(|settings| {
                settings.caching = true;
                change(settings);
            });
        })
    };
    let clear = caching("cache-in-clear", true, |settings| settings.cache_encrypted = false);
    let open = caching("cache-for-anyone", true, |settings| settings.cache_control_authorized = false);
    let off = caching("cache-switched-off", false, |settings| settings.cache_encrypted = false);
    let nothing = caching("cache-of-nothing", true, |settings| (settings.caching, settings.cache_encrypted) = (false, false));
    account.flaw("DP-015", &clear, "not encrypted");
    account.flaw("DP-015", &open, "anyone may pass by it");
    account.innocent("DP-015", &off, "settings of a cache that is off");
    account.innocent("DP-015", &nothing, "settings that cache nothing");
}

fn old_tls(account: &mut Account) {
    let mut domain = |name: &str, policy: &str, used: bool| {
        let mut domain = api_domain(&format!("{name}.example.com"));
        domain.security_policy = Some(policy.to_owned());
        let mapping = crate::model::ApiMapping { api: "elsewhere".to_owned(), stage: None, path: String::new() };
        domain.mappings = Fact::Known(used.then_some(mapping).into_iter().collect());
        let own = domain.arn.clone();
        account.region().api_domains.items.push(domain);
        own
    };
    let old = domain("tls-old", "TLS_1_0", true);
    let idle = domain("tls-old-to-nowhere", "TLS_1_0", false);
    let new = domain("tls-of-tomorrow", "SecurityPolicy_TLS13_1_2_PQ_2025_09", true);
    let policy = || Some("TLS_1_0".to_owned());
    let api = account.rest("tls-old-endpoint", |api| api.security_policy = policy());
    let off = account.rest("tls-old-and-off", |api| (api.security_policy, api.execute_api_disabled) = (policy(), true));
    let private =
        account.rest("tls-old-in-network", |api| (api.security_policy, api.endpoint_types) = (policy(), vec!["PRIVATE".to_owned()]));
    account.flaw("DP-016", &old, "TLS 1.0 at a domain");
    account.flaw("DP-016", &api, "TLS 1.0 at an endpoint");
    account.innocent("DP-016", &idle, "a domain that leads nowhere");
    account.innocent("DP-016", &new, "TLS 1.3 with post-quantum");
    account.innocent("DP-016", &off, "an endpoint that is off");
    account.innocent("DP-016", &private, "a private API takes 1.2 only");
}

/// State machines and schedules around functions with and without sensitive data.
fn payloads(account: &mut Account) {
    let private = account.sensitive("takes-payloads", &[], |function| function.dead_letter = Some(arn("sqs", "letters")));
    let plain = account.function("takes-anything", |function| function.dead_letter = Some(arn("sqs", "letters")));
    let mut machine = |name: &str, calls: &Arn, change: &dyn Fn(&mut StateMachineConfiguration)| {
        account.machine(name, |machine| {
            change(machine.configuration.known_mut().expect("the configuration"));
            machine.definition = Fact::Known(hidden(&format!(r#"{{"States":{{"One":{{"Type":"Task","Resource":"{calls}"}}}}}}"#)));
        })
    };
    let unkeyed = machine("flow-unkeyed", &private, &|flow| flow.encryption = None);
    let logged = machine("flow-logged", &private, &|flow| flow.logs_execution_data = true);
    let harmless = machine("flow-of-anything", &plain, &|flow| flow.encryption = None);
    let silent = machine("flow-logged-nowhere", &private, &|flow| {
        (flow.logs_execution_data, flow.log_level, flow.status) = (true, Some("OFF".to_owned()), Some("DELETING".to_owned()));
    });
    account.flaw("DP-017", &unkeyed, "AWS's key");
    account.flaw("DP-017", &logged, "its data is in the log");
    account.innocent("DP-017", &harmless, "AWS's key, and nothing sensitive");
    account.innocent("DP-017", &silent, "its data is in no log, for that is off");
    account.innocent("MV-015", &silent, "a state machine that is being deleted");
    let mut schedule = |name: &str, function: &Arn, input: Option<&str>| {
        let own = arn("scheduler", &format!("schedule/default/{name}"));
        let details = ScheduleDetails {
            expression: "rate(1 day)".to_owned(),
            role: iam("role/clock"),
            dead_letter_queue: None,
            retries: None,
            kms_key: None,
            input: input.map(hidden),
        };
        account.region().schedules.items.push(Schedule {
            arn: own.clone(),
            name: name.to_owned(),
            group: "default".to_owned(),
            state: "ENABLED".to_owned(),
            target: function.clone(),
            details: Fact::Known(details),
        });
        own
    };
    let unkeyed = schedule("nightly-unkeyed", &private, Some(r#"{"customer":"all"}"#));
    let bare = schedule("nightly-bare", &private, None);
    let harmless = schedule("nightly-of-anything", &plain, Some("{}"));
    account.flaw("DP-017", &unkeyed, "an input under AWS's key");
    account.innocent("DP-017", &bare, "no input");
    account.innocent("DP-017", &harmless, "nothing sensitive");
}

fn mounts(account: &mut Account) {
    let mut mounted = |name: &str, encrypted: bool, user: Option<u32>, root: &str, by: bool| {
        let (point, system) = (format!("fsap-{name}"), format!("fs-{name}"));
        let access = arn("elasticfilesystem", &format!("access-point/{point}"));
        let region = account.region();
        region.access_points.items.push(AccessPoint {
            arn: access.clone(),
            file_system: system.clone(),
            user,
            group: user,
            root: root.to_owned(),
        });
        region.file_systems.items.push(FileSystem {
            arn: arn("elasticfilesystem", &format!("file-system/{system}")),
            id: system,
            name: None,
            encrypted: Some(encrypted),
            kms_key: None,
            policy: Fact::Known(None),
        });
        account.function(name, |function| {
            if by {
                function.file_systems = vec![FileSystemConfig { arn: access, mount_path: "/mnt/data".to_owned() }];
            }
        })
    };
    let clear = mounted("mounts-in-clear", false, Some(1000), "/orders", true);
    let as_root = mounted("mounts-as-root", true, Some(0), "/orders", true);
    let whole = mounted("mounts-all-of-it", true, Some(1000), "/", true);
    let itself = mounted("mounts-as-itself", true, None, "/orders", true);
    let nothing = mounted("mounts-nothing", false, Some(0), "/", false);
    account.flaw("DP-018", &clear, "not encrypted");
    account.flaw("DP-018", &as_root, "as root");
    account.flaw("DP-018", &whole, "the whole file system");
    account.innocent("DP-018", &itself, "as the function's own user, who is not root");
    account.innocent("DP-018", &nothing, "a file system that no function mounts");
}
