//! Flaws of layer 1 in code, runtimes and variables: FN-007 to FN-020 but for FN-016.

use super::account::{Account, STRANGER, ago, arn, lets};
use super::things::{policy, variables};
use crate::{
    checks::{
        testing::{ACCOUNT, REGION, now},
        testing_api::route,
    },
    model::{
        Arn, CodeSigningConfig, Fact, Function, Integration, PackageType, Repository, RepositoryImage, RuntimeManagement, Vulnerability,
        VulnerablePackage,
    },
};

pub(super) fn plant(account: &mut Account) {
    runtimes(account);
    images(account);
    environments(account);
    vulnerabilities(account);
    code(account);
    ceilings(account);
}

fn on(account: &mut Account, name: &str, runtime: &str) -> Arn {
    account.function(name, |function| function.runtime = Some(runtime.to_owned()))
}

/// What three scanners pass today is among the flaws of FN-007.
fn runtimes(account: &mut Account) {
    for runtime in ["python3.8", "python3.10", "nodejs18.x", "nodejs20.x", "ruby3.2", "provided.al2", "dotnet8"] {
        let function = on(account, &format!("on-{}", runtime.replace('.', "-")), runtime);
        account.flaw("FN-007", &function, "out of support");
        account.innocent("FN-008", &function, "ended already, which is FN-007");
    }
    for (name, runtime) in [("on-ruby3-3", "ruby3.3"), ("on-nodejs22", "nodejs22.x")] {
        let function = on(account, name, runtime);
        account.flaw("FN-008", &function, "within the notice period");
        account.innocent("FN-007", &function, "supported for months yet");
    }
    let later = on(account, "on-java17", "java17");
    account.innocent("FN-008", &later, "219 days away");
    let own = on(account, "on-custom", "custom");
    for check in ["FN-007", "FN-008", "FN-028"] {
        account.undecided(check, &own, "a customer-managed runtime, of which nothing can be asked");
    }
    let mut updated = |name: &str, update_on: &str, deployed| {
        account.function(name, |function| {
            let version_arn = (update_on == "Manual").then(|| "arn:aws:lambda:eu-west-1::runtime:0cdc".to_owned());
            function.runtime_management = Fact::Known(RuntimeManagement { update_on: update_on.to_owned(), version_arn });
            function.last_modified = Some(ago(deployed));
        })
    };
    let pinned = updated("patched-never", "Manual", 5);
    let old = updated("patched-when-deployed-once", "FunctionUpdate", 120);
    let recent = updated("patched-when-deployed", "FunctionUpdate", 40);
    account.flaw("FN-009", &pinned, "pinned to one version of its runtime");
    account.flaw("FN-009", &old, "patched with deployments, and there were none");
    account.innocent("FN-009", &recent, "deployed within ninety days");
}

fn images(account: &mut Account) {
    let mut image = |name: &str, by_digest: bool, change: &dyn Fn(&mut Repository, &mut RepositoryImage)| {
        let uri = format!("{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com/{name}");
        let mut newest = RepositoryImage {
            digest: "sha256:aa".to_owned(),
            pushed: now(),
            scan_status: Some("COMPLETE".to_owned()),
            scanned: Some(now()),
        };
        let mut repository = Repository {
            arn: arn("ecr", &format!("repository/{name}")),
            name: name.to_owned(),
            uri: uri.clone(),
            tag_mutability: Some("IMMUTABLE".to_owned()),
            scan_on_push: Some(false),
            encryption: None,
            kms_key: None,
            policy: Fact::Known(None),
            newest_image: Fact::Known(None),
        };
        change(&mut repository, &mut newest);
        repository.newest_image = Fact::Known(Some(newest));
        account.region().repositories.items.push(repository);
        account.function(name, |function| {
            function.package_type = PackageType::Image;
            function.runtime = None;
            let code = function.code.known_mut().expect("the code");
            code.image = Some(format!("{uri}{}", if by_digest { "@sha256:aa" } else { ":live" }));
            code.resolved_image = Some(format!("{uri}@sha256:aa"));
        })
    };
    let mutable = |repository: &mut Repository| repository.tag_mutability = Some("MUTABLE".to_owned());
    let pushed_over = image("image-mutable", false, &|repository, _| mutable(repository));
    let unscanned = image("image-unscanned", false, &|_, newest| (newest.scan_status, newest.scanned) = (None, None));
    let old = image("image-old", false, &|_, newest| newest.pushed = ago(300));
    let pinned = image("image-pinned", true, &|repository, _| mutable(repository));
    let but_some = image("image-immutable-but-some", false, &|repository, _| {
        repository.tag_mutability = Some("IMMUTABLE_WITH_EXCLUSION".to_owned());
    });
    let watched = image("image-watched", false, &|_, newest| (newest.scan_status, newest.scanned) = (Some("ACTIVE".to_owned()), None));
    account.flaw("FN-010", &pushed_over, "its tag can be pushed over");
    account.flaw("FN-010", &unscanned, "nobody scanned it");
    account.flaw("FN-010", &old, "pushed three hundred days ago");
    account.innocent("FN-010", &pinned, "named by its digest, which no tag can change");
    account.undecided("FN-010", &but_some, "tags cannot be pushed over but for some, and which these are is not read");
    account.innocent("FN-010", &watched, "scanned for as long as it is there");
    for (check, why) in [
        ("FN-007", "an image brings its own runtime"),
        ("FN-009", "an image is patched by who builds it"),
        ("FN-014", "an image cannot have code signing"),
        ("MV-013", "an image is scanned in ECR"),
    ] {
        account.innocent(check, &pinned, why);
    }
}

/// Secrets in variables, and what only looks like some (e-10); variables that load code, and those that only tune.
fn environments(account: &mut Account) {
    let mut with = |name: &str, pairs: &[(&str, &str)]| account.function(name, |function| variables(function, pairs));
    let token = concat!("AKIA", "ABCDEFGHIJKLMNOP");
    let proven = with("leaky-token", &[("UPLOADER", token)]);
    let guessed = with("leaky-password", &[("DB_PASSWORD", "c0rrect-H0rse-Battery")]);
    let references = with(
        "names-secrets",
        &[
            ("DB_SECRET_NAME", "prod/orders-db"),
            ("DB_SECRET_ARN", "arn:aws:secretsmanager:eu-west-1:123456789012:secret:elsewhere-a1B2c3"),
            ("NODE_EXTRA_CA_CERTS", "/var/task/ca-bundle.pem"),
            ("API_KEY_ID", "prod-key"),
            ("POWERTOOLS_SERVICE_NAME", "payments"),
            ("POWERTOOLS_LOGGER_LOG_EVENT", "false"),
        ],
    );
    let preloaded = with("hooked-preload", &[("LD_PRELOAD", "/tmp/x.so")]);
    let required = with("hooked-module", &[("NODE_OPTIONS", "--require /opt/x.js")]);
    let tuned = with(
        "tuned",
        &[
            ("NODE_OPTIONS", "--enable-source-maps --dns-result-order=ipv4first --max_old_space_size=1024"),
            ("JAVA_TOOL_OPTIONS", "-XX:+TieredCompilation"),
            ("PYTHONPATH", "/var/task/lib:/opt/python"),
            ("AWS_LAMBDA_EXEC_WRAPPER", "/var/task/start"),
        ],
    );
    account.flaw("FN-011", &proven, "a token's shape");
    account.flaw("FN-011", &guessed, "a telling name and a random value");
    account.innocent("FN-011", &references, "names, ARNs, ids and paths, and what Powertools takes");
    account.flaw("FN-017", &preloaded, "a library that anyone can write");
    account.flaw("FN-017", &required, "a module from a layer that there is not");
    account.innocent("FN-017", &tuned, "options that tune, paths and a wrapper of the package");
    let mut layered = |name: &str, layer: &str, wrapper: Option<&str>| {
        account.function(name, |function| {
            if let Some(wrapper) = wrapper {
                variables(function, &[("AWS_LAMBDA_EXEC_WRAPPER", wrapper)]);
            }
            function.layers = vec![Arn::new(format!("arn:aws:lambda:eu-west-1:{layer}"))];
        })
    };
    let otel = layered("layer-otel", "901920570463:layer:aws-otel-nodejs-amd64-ver-1-30-2:1", Some("/opt/otel-handler"));
    let powertools = layered("layer-powertools", "017000801446:layer:AWSLambdaPowertoolsPythonV3-python313-x86_64:18", None);
    let insights = layered("layer-insights", "580247275435:layer:LambdaInsightsExtension:53", None);
    let named = layered("layer-of-publisher", "464622532012:layer:Datadog-Extension:60", Some("/opt/datadog_wrapper"));
    let own = layered("layer-own", "123456789012:layer:tools:3", None);
    let foreign = layered("layer-foreign", &format!("{STRANGER}:layer:agent:3"), None);
    let lookalike = layered("layer-lookalike", &format!("{STRANGER}:layer:AWSLambdaPowertoolsPythonV3:1"), None);
    account.innocent("FN-017", &otel, "the wrapper of AWS's own layer");
    account.innocent("FN-017", &named, "the wrapper of a publisher whom the configuration names");
    for layer in [otel, powertools, insights] {
        account.innocent("FN-015", &layer, "published by AWS");
    }
    account.innocent("FN-015", &named, "published by whom the configuration names");
    account.innocent("FN-015", &own, "of the account itself");
    account.flaw("FN-015", &foreign, "another account's");
    account.flaw("FN-015", &lookalike, "another account's, by the name of one of AWS's");
}

fn vulnerabilities(account: &mut Account) {
    let mut found = |function: &Arn, severity: &str, exploited: bool| {
        let own = arn("inspector2", &format!("finding/{}", function.name()));
        let packages = vec![VulnerablePackage {
            name: "requests".to_owned(),
            version: "2.0.0".to_owned(),
            fixed_in: Some("2.99.1".to_owned()),
            layer: None,
        }];
        account.region().vulnerabilities.items.push(Vulnerability {
            arn: own,
            function: function.clone(),
            kind: "PACKAGE_VULNERABILITY".to_owned(),
            severity: severity.to_owned(),
            id: Some("CVE-2026-1234".to_owned()),
            exploit_available: exploited.then_some(true),
            fix_available: Some("YES".to_owned()),
            epss: Some(0.001),
            packages,
            code: None,
            updated: None,
        });
    };
    let of = |name: &str| arn("lambda", &format!("function:{name}"));
    found(&of("carries-high"), "HIGH", false);
    found(&of("carries-exploited"), "MEDIUM", true);
    found(&of("carries-medium"), "MEDIUM", false);
    for name in ["carries-high", "carries-exploited", "carries-medium", "carries-hig"] {
        account.function(name, |_| ());
    }
    account.flaw("FN-013", &of("carries-high"), "of high severity");
    account.flaw("FN-013", &of("carries-exploited"), "of medium severity, with an exploit at large");
    account.innocent("FN-013", &of("carries-medium"), "of medium severity, and nobody exploits it");
    account.innocent("FN-013", &of("carries-hig"), "found in a function whose name begins alike");
}

fn code(account: &mut Account) {
    let unsigned = account.function("takes-any-code", |_| ());
    let warned = account.function("takes-code-with-a-warning", |_| ());
    let configs = &mut account.region().code_signing_configs.items;
    let signed = configs[0].functions.known_mut().expect("the functions");
    signed.retain(|function| *function != unsigned && *function != warned);
    let functions = Fact::Known(vec![warned.clone()]);
    configs.push(CodeSigningConfig { arn: arn("lambda", "code-signing-config:csc-2"), enforced: false, profiles: Vec::new(), functions });
    account.flaw("FN-014", &unsigned, "in no code signing configuration");
    account.flaw("FN-014", &warned, "in one that only warns");
    for name in ["loops", "loops-too"] {
        let function = account.function(name, |function| function.recursive_loop_terminated = Fact::Known(false));
        account.flaw("FN-019", &function, "may call itself without end");
    }
}

/// Public functions without a ceiling, and with a timeout far above their need.
fn ceilings(account: &mut Account) {
    let open = |name: &str| lets(r#""*""#, "lambda:InvokeFunction", &arn("lambda", &format!("function:{name}")), "");
    let unbound = account.function("open-without-ceiling", |function| policy(function, "$LATEST", &[&open("open-without-ceiling")]));
    account.flaw("FN-001", &unbound, "Principal *");
    account.flaw("FN-018", &unbound, "anyone may invoke it, without a ceiling");
    let slow = |function: &mut Function, seconds: u32| {
        policy(function, "$LATEST", &[&open(&function.name.clone())]);
        function.reserved_concurrency = Fact::Known(Some(5));
        function.timeout_seconds = seconds;
    };
    let long = account.function("open-for-minutes", |function| slow(function, 900));
    let near = account.function("open-as-long-as-needed", |function| slow(function, 30));
    let short = account.function("open-for-seconds", |function| slow(function, 10));
    account.metrics(&near).duration_p99 = Fact::Known(Some(7_000));
    for function in [&long, &near, &short] {
        account.flaw("FN-001", function, "Principal *");
        account.innocent("FN-018", function, "a reserved concurrency");
    }
    account.flaw("FN-020", &long, "runs a thousand times longer than it needs");
    account.innocent("FN-020", &near, "less than five times its slowest requests");
    account.innocent("FN-020", &short, "ten seconds are never too long");
    let private = account.function("private-for-minutes", |function| function.timeout_seconds = 900);
    account.innocent("FN-020", &private, "only named callers may invoke it");

    let gateway = r#"{"ArnLike":{"AWS:SourceArn":"arn:aws:execute-api:eu-west-1:123456789012:*"}}"#;
    let called = |name: &str| {
        lets(r#"{"Service":"apigateway.amazonaws.com"}"#, "lambda:InvokeFunction", &arn("lambda", &format!("function:{name}")), gateway)
    };
    let mut behind = |name: &str, id: &str, throttled: bool, seconds: u32| {
        let function = account.function(name, |function| {
            policy(function, "$LATEST", &[&called(name)]);
            function.timeout_seconds = seconds;
        });
        let api = account.http(id, |api| {
            api.routes = Fact::Known(vec![route("GET /orders")]);
            let integration =
                Integration { kind: "AWS_PROXY".to_owned(), function: Some(function.clone()), calls: None, timeout_millis: None };
            api.integrations = Fact::Known([("i1".to_owned(), integration)].into());
            if !throttled {
                api.stages.known_mut().expect("the stages")[0].default_settings = None;
            }
        });
        account.flaw("IA-018", &api, "GET /orders answers whoever asks");
        if !throttled {
            account.flaw("IA-021", &api, "no throttle");
        }
        function
    };
    let flooded = behind("routed-without-ceiling", "flooded", false, 3);
    let held = behind("routed-and-throttled", "held", true, 29);
    let waits = behind("routed-for-a-minute", "waits", true, 60);
    account.flaw("FN-018", &flooded, "an open route leads to it, and nothing holds that down");
    account.innocent("FN-018", &held, "the route is throttled");
    account.flaw("FN-020", &waits, "runs for longer than its API waits");
    account.metrics(&held).duration_p99 = Fact::Known(Some(9_000));
    account.innocent("FN-020", &held, "as long as its API waits");
}
