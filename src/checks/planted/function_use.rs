//! Flaws of layer 1 in what calls functions and stands beside them: FN-021 to FN-028.

use super::account::{Account, ago, arn, document, lets};
use super::things::{calls, policy, signed};
use crate::{
    checks::{
        routes,
        testing::{REGION, secret},
        testing_api::rest_method,
    },
    model::{
        Arn, EventInvokeConfig, Fact, Function, Invocations, Microvm, MicrovmDetails, MicrovmImage, MicrovmImageVersion, RequestValidator,
        VpcConfig, WebFunction, WebFunctionEndpoint, WebFunctionSettings,
    },
};

pub(super) fn plant(account: &mut Account) {
    requests(account);
    networks(account);
    events(account);
    unused(account);
    web_functions(account);
    microvms(account);
}

fn requests(account: &mut Account) {
    let mut rest = |id: &str, verb: &str, path: &str, validator: Option<&str>| {
        account.rest(id, |api| {
            let mut method = signed(verb, path);
            method.validator = validator.map(str::to_owned);
            method.models = [("application/json".to_owned(), "Order".to_owned())].into();
            api.methods = Fact::Known(vec![method]);
            api.validators = Fact::Known(vec![RequestValidator { id: "v1".to_owned(), body: true, parameters: true }]);
        })
    };
    let unchecked = rest("unchecked", "POST", "/orders", None);
    let gone = rest("checked-by-what-is-gone", "PUT", "/orders", Some("v9"));
    account.flaw("FN-021", &unchecked, "no validator");
    account.flaw("FN-021", &gone, "a validator that is gone");
    let mut rest = |id: &str, verb: &str, path: &str| account.rest(id, |api| api.methods = Fact::Known(vec![signed(verb, path)]));
    let catch_all = rest("takes-all-paths", "POST", "/{proxy+}");
    let any = rest("takes-all-methods", "ANY", "/orders");
    let bodiless = rest("takes-no-body", "GET", "/orders");
    account.innocent("FN-021", &catch_all, "a catch-all path, for which there is no one model");
    account.innocent("FN-021", &any, "an ANY method, for which there is no one model");
    account.innocent("FN-021", &bodiless, "a method without a body");
    let unused = account.rest("never-deployed", |api| {
        let mut method = rest_method("POST", "/orders");
        calls(&mut method, &arn("lambda", "function:worker"));
        api.methods = Fact::Known(vec![method]);
        api.stages = Fact::Known(Vec::new());
    });
    account.innocent("FN-021", &unused, "deployed nowhere");
    account.innocent("IA-017", &unused, "deployed nowhere");
}

fn networks(account: &mut Account) {
    let mut within = |name: &str, subnets: &[&str]| {
        account.function(name, |function| {
            let subnets = subnets.iter().map(|&subnet| subnet.to_owned()).collect();
            function.vpc = Some(VpcConfig { vpc_id: "vpc-1".to_owned(), subnets, security_groups: vec!["sg-1".to_owned()] });
        })
    };
    let one = within("in-one-zone", &["subnet-1"]);
    let other = within("in-one-zone-too", &["subnet-2"]);
    let several = within("in-some-zones", &["subnet-1", "subnet-2"]);
    let left = within("taken-out-of-its-vpc", &[]);
    account.flaw("FN-023", &one, "one subnet");
    account.flaw("FN-023", &other, "one subnet");
    account.innocent("FN-023", &left, "in no VPC any more");
    account.undecided("FN-023", &several, "in which zones its subnets are is not read");
    for function in [one, other, several] {
        account.undecided("FN-022", &function, "what its security groups let out is not read");
    }
    for name in ["private-outside", "private-outside-too"] {
        account.sensitive(name, &[], |_| ());
    }
    account.innocent("FN-022", &left, "no private data: outside is where it belongs");
}

/// Asynchronous events that are lost, and those that are kept (e-11).
fn events(account: &mut Account) {
    let dead = arn("sqs", "letters");
    account.queue("letters", |queue| queue.dead_letter_queue = None);
    let keeps = |to: Option<&Arn>| {
        let config = EventInvokeConfig {
            qualifier: "$LATEST".to_owned(),
            on_success: None,
            on_failure: to.cloned(),
            retry_attempts: Some(0),
            event_age_seconds: None,
        };
        Fact::Known(vec![config])
    };
    let told = account.function("told-by-bucket", |_| ());
    account.bucket("told-by", Some(&told), |_| ());
    let configured = account.function("retried-without-end", |function| function.event_invoke = keeps(None));
    let streamed = account.function("reads-stream", |_| ());
    let clicks = account.stream("clicks", |_| ());
    account.mapping("m-clicks", &clicks, &streamed, |_| ());
    account.flaw("FN-024", &told, "a bucket tells it, and nothing keeps what fails");
    account.flaw("FN-024", &configured, "settings for events without a destination");
    account.flaw("FN-024", &streamed, "a stream without an OnFailure destination");
    let destined = account.function("told-and-kept", |function| function.event_invoke = keeps(Some(&dead)));
    account.bucket("told-by-too", Some(&destined), |_| ());
    let lettered = account.function("told-and-dead-lettered", |function| function.dead_letter = Some(dead.clone()));
    account.bucket("told-by-three", Some(&lettered), |_| ());
    let idle = account.function("ruled-no-more", |_| ());
    let mut rule = routes::testing::rule("off", r#"{"source":["shop"]}"#, idle.clone());
    rule.state = "DISABLED".to_owned();
    account.region().event_rules.items.push(rule);
    account.innocent("FN-024", &destined, "an OnFailure destination");
    account.innocent("FN-024", &lettered, "a dead-letter queue");
    account.innocent("FN-024", &idle, "a rule that is off");
    account.innocent("FN-024", &arn("lambda", "function:worker"), "invoked synchronously only");
}

fn unused(account: &mut Account) {
    let old = |function: &mut Function| function.last_modified = Some(ago(300));
    let called = lets(r#"{"AWS":"123456789012"}"#, "lambda:InvokeFunction", &arn("lambda", "function:unused-but-callable"), "");
    let idle = account.function("unused", old);
    let callable = account.function("unused-but-callable", |function| {
        old(function);
        policy(function, "$LATEST", &[&called]);
    });
    let edge = account.role_with("unused-at-the-edge-role", |role| {
        let trust =
            r#"{"Effect":"Allow","Principal":{"Service":["lambda.amazonaws.com","edgelambda.amazonaws.com"]},"Action":"sts:AssumeRole"}"#;
        role.trust = document(&[trust]);
    });
    let at_the_edge = account.function("unused-at-the-edge", old);
    let rotates = account.function("unused-but-rotates", old);
    let mut yearly = secret("yearly");
    yearly.rotation_function = Some(rotates.clone());
    account.region().secrets.items.push(yearly);
    let stopped = account.function("unused-and-stopped", |function| {
        old(function);
        function.reserved_concurrency = Fact::Known(Some(0));
    });
    for function in [&idle, &callable, &at_the_edge, &rotates, &stopped] {
        account.metrics(function).invocations = Fact::Known(Invocations { count: 0, last: None });
    }
    account.flaw("FN-025", &idle, "nobody invoked it in ninety days");
    account.flaw("FN-025", &callable, "nobody invoked it, and somebody may");
    account.innocent("FN-025", &at_the_edge, "counted where the viewers are");
    account.innocent("IA-009", &edge, "Lambda@Edge beside Lambda");
    account.innocent("FN-025", &rotates, "rotates a secret once a year");
    account.innocent("FN-025", &stopped, "stopped on purpose");
    account.flaw("IR-015", &stopped, "a concurrency of zero");
}

fn web_functions(account: &mut Account) {
    let mut web = |name: &str, change: &dyn Fn(&mut WebFunctionSettings)| {
        let mut settings = WebFunctionSettings {
            domain: None,
            auth: "IamAuth".to_owned(),
            rate_limit: Some(50),
            max_environments: Some(10),
            state: "Active".to_owned(),
        };
        change(&mut settings);
        let own = arn("lambda", &format!("web-function/{name}"));
        let endpoint = WebFunctionEndpoint {
            arn: Arn::new(format!("{own}/endpoint/live")),
            name: "live".to_owned(),
            kind: "HomeRegion".to_owned(),
            regions: vec![REGION.to_owned()],
            settings,
            regional: Fact::Known([].into()),
        };
        account.region().web_functions.items.push(WebFunction {
            arn: own.clone(),
            name: name.to_owned(),
            state: "Active".to_owned(),
            policy: Fact::Known(None),
            endpoints: Fact::Known(vec![endpoint]),
        });
        own
    };
    let open = web("web-open", &|settings| settings.auth = "ApplicationManaged".to_owned());
    let unbound = web("web-unbound", &|settings| settings.rate_limit = None);
    let leaving = web("web-leaving", &|settings| {
        settings.auth = "ApplicationManaged".to_owned();
        settings.state = "Deleting".to_owned();
    });
    account.flaw("FN-026", &open, "Lambda lets everyone in");
    account.flaw("FN-026", &unbound, "no rate limit");
    account.innocent("FN-026", &leaving, "open, and on its way out");
}

fn microvms(account: &mut Account) {
    let mut microvm = |name: &str, connector: &str, base: &str, state: &str| {
        let image = arn("lambda", &format!("microvm-image:{name}"));
        let version = MicrovmImageVersion {
            status: "ACTIVE".to_owned(),
            base_image: Arn::from("arn:aws:lambda:eu-west-1:aws:microvm-image:al2023"),
            base_version: Some("3".to_owned()),
            base_status: Fact::Known(Some(base.to_owned())),
            build_role: None,
            log_group: None,
            logging_disabled: false,
            capabilities: Vec::new(),
        };
        let region = account.region();
        region.microvm_images.items.push(MicrovmImage {
            arn: image.clone(),
            name: name.to_owned(),
            state: "CREATED".to_owned(),
            latest_version: Some("1.0".to_owned()),
            versions: [("1.0".to_owned(), Fact::Known(version))].into(),
        });
        let own = arn("lambda", &format!("microvm:{name}"));
        let ingress = vec![Arn::new(format!("arn:aws:lambda:{REGION}:aws:network-connector:{connector}"))];
        region.microvms.items.push(Microvm {
            arn: own.clone(),
            id: name.to_owned(),
            state: state.to_owned(),
            image,
            image_version: "1.0".to_owned(),
            details: Fact::Known(MicrovmDetails { ingress, ..MicrovmDetails::default() }),
        });
        own
    };
    let shell = microvm("vm-shell", "SHELL_INGRESS", "AVAILABLE", "RUNNING");
    let deprecated = microvm("vm-deprecated", "HTTP_INGRESS", "DEPRECATED", "RUNNING");
    let named_alike = microvm("vm-own-connector", "my-shell_ingress", "AVAILABLE", "RUNNING");
    let leaving = microvm("vm-leaving", "ALL_INGRESS", "RECALLED", "TERMINATING");
    account.flaw("FN-027", &shell, "a shell");
    account.flaw("FN-027", &deprecated, "a base that is deprecated");
    account.innocent("FN-027", &named_alike, "a connector of its own by such a name");
    account.innocent("FN-027", &leaving, "on its way out");
}
