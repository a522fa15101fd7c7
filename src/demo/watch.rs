//! Who watches the account, and what carries data beside functions: trails, detectors, scans, numbers, and a few old things.

use std::collections::BTreeMap;

use crate::model::{
    AccessPoint, AdvancedEventSelector, ApiDomain, ApiMapping, Arn, Coverage, Detector, DetectorFeature, DetectorSettings, Fact,
    FieldSelector, FileSystem, FileSystemConfig, FunctionMetrics, HiddenText, InspectorStatus, Invocations, Learnt, Listing,
    MethodSettings, Part, Posture, Region, RestApi, RestStage, ScanStatus, Source, StateMachine, StateMachineConfiguration, Throttle,
    Trail, TrailSelectors, TrailStatus,
};

use super::{ACCOUNT, EU, PARTITION, insert, made_up, sources};

/// Takes in what the collectors of `region` learnt of those who watch `posture`, and changes what the stories need.
pub(super) fn note(posture: &mut Posture, region: &'static str) {
    if let Some(place) = posture.regions.get_mut(region).filter(|_| region == EU) {
        tell(place);
    }
    for part in parts(posture, region) {
        posture.absorb(part);
    }
}

fn arn(service: &str, region: &str, resource: &str) -> Arn {
    Arn::build(PARTITION, service, region, ACCOUNT, resource)
}

fn parts(posture: &Posture, region: &'static str) -> Vec<Part> {
    let part = |source, learnt| Part { run: sources::run(source, region), learnt };
    let metrics = posture.regions.get(region).map(metrics).unwrap_or_default();
    let coverage = posture.regions.get(region).filter(|_| region == EU).map(coverage).unwrap_or_default();
    let machines = if region == EU { vec![refunds()] } else { Vec::new() };
    let files = if region == EU { vec![drawings()] } else { Vec::new() };
    let points = if region == EU { vec![drawings_point()] } else { Vec::new() };
    vec![
        part(Source::Cloudwatch, vec![Learnt::Metrics(Listing::complete(metrics))]),
        part(
            Source::Cloudtrail,
            vec![Learnt::Trails(Listing::complete(vec![trail(region)])), Learnt::EventDataStores(Listing::complete(Vec::new()))],
        ),
        part(Source::GuardDuty, vec![Learnt::Detectors(Listing::complete(vec![detector(region)]))]),
        part(Source::Inspector, vec![Learnt::Inspector(Fact::Known(inspector(region))), Learnt::Coverages(Listing::complete(coverage))]),
        part(Source::States, vec![Learnt::StateMachines(Listing::complete(machines))]),
        part(
            Source::Scheduler,
            vec![Learnt::Schedules(Listing::complete(Vec::new())), Learnt::ScheduleGroups(Listing::complete(Vec::new()))],
        ),
        part(Source::Efs, vec![Learnt::FileSystems(Listing::complete(files)), Learnt::AccessPoints(Listing::complete(points))]),
    ]
}

/// Story: the trail takes all Regions and many data events, but nobody could prove that its files are untouched; tables
/// and logging in were thought to be too much.
fn trail(region: &str) -> Trail {
    let equals =
        |field: &str, value: &str| FieldSelector { field: field.to_owned(), equals: vec![value.to_owned()], ..FieldSelector::default() };
    let logging_in = arn("lambda", EU, "function:auth-");
    let selector = |fields| AdvancedEventSelector { name: None, fields };
    let data = |kind: &str| vec![equals("eventCategory", "Data"), equals("resources.type", kind)];
    let mut functions = data("AWS::Lambda::Function");
    functions.push(FieldSelector {
        field: "resources.ARN".to_owned(),
        not_starts_with: vec![logging_in.as_str().to_owned()],
        ..FieldSelector::default()
    });
    Trail {
        arn: arn("cloudtrail", EU, "trail/larkspur-audit"),
        region: region.to_owned(),
        name: "larkspur-audit".to_owned(),
        home_region: EU.to_owned(),
        multi_region: true,
        organization: false,
        global_service_events: true,
        bucket: Some("larkspur-trails".to_owned()),
        kms_key: None,
        log_file_validation: false,
        log_group: None,
        status: Fact::Known(TrailStatus {
            logging: true,
            delivery_error: None,
            digest_error: None,
            log_group_error: None,
            delivered: Some(made_up::days_ago(0, "larkspur-audit")),
            stopped: None,
        }),
        selectors: Fact::Known(TrailSelectors {
            basic: Vec::new(),
            advanced: vec![selector(vec![equals("eventCategory", "Management")]), selector(functions), selector(data("AWS::S3::Object"))],
        }),
    }
}

/// Story: Lambda protection was switched on where the company lives, and nowhere else.
fn detector(region: &str) -> Detector {
    let id = made_up::id(&format!("detector {region}"), 32);
    Detector {
        arn: arn("guardduty", region, &format!("detector/{id}")),
        id,
        settings: Fact::Known(DetectorSettings {
            enabled: true,
            features: vec![DetectorFeature { name: DetectorSettings::LAMBDA.to_owned(), enabled: region == EU }],
            publishing: Some("SIX_HOURS".to_owned()),
        }),
    }
}

/// Story: so was Inspector.
fn inspector(region: &str) -> InspectorStatus {
    let status = if region == EU { "ENABLED" } else { "DISABLED" }.to_owned();
    InspectorStatus { account: status.clone(), lambda: Some(status), lambda_code: Some("DISABLED".to_owned()) }
}

/// Story: scans of the export kept failing a release, so it was left out for a week.
fn coverage(region: &Region) -> Vec<Coverage> {
    let of = |arn: &Arn| {
        let out = arn.name() == "billing-export";
        let reason = if out { "EXCLUDED_BY_TAG" } else { "SUCCESSFUL" }.to_owned();
        Coverage { arn: arn.clone(), packages: Some(ScanStatus { active: !out, reason }), code: None }
    };
    region.functions.items.iter().map(|function| of(&function.arn)).collect()
}

/// Every function was invoked within two days, and fails now and then.
fn metrics(region: &Region) -> Vec<FunctionMetrics> {
    let of = |arn: &Arn| {
        let name = arn.name();
        let count = 1_000 + u64::from(made_up::number(name, 4_000_000));
        let last = made_up::days_ago(made_up::number(name, 2), "midnight");
        FunctionMetrics {
            arn: arn.clone(),
            invocations: Fact::Known(Invocations { count, last: Some(last) }),
            throttles: Fact::Known(0),
            errors: Fact::Known(count / 5_000),
            duration_p99: Fact::Known(Some(80 + u64::from(made_up::number(name, 2_400)))),
            concurrent_executions: Fact::Known(Some(1 + u64::from(made_up::number(name, 40)))),
            iterator_age: Fact::Known(None),
        }
    };
    region.functions.items.iter().map(|function| of(&function.arn)).collect()
}

/// Story: refunds were debugged once by writing what they carry into the log.
fn refunds() -> StateMachine {
    let name = "refunds";
    StateMachine {
        arn: arn("states", EU, &format!("stateMachine:{name}")),
        name: name.to_owned(),
        machine_type: "STANDARD".to_owned(),
        configuration: Fact::Known(StateMachineConfiguration {
            status: Some("ACTIVE".to_owned()),
            role: Arn::build(PARTITION, "iam", "", ACCOUNT, "role/refunds-flow"),
            log_level: Some("ALL".to_owned()),
            logs_execution_data: true,
            log_groups: vec![arn("logs", EU, "log-group:/aws/vendedlogs/states/refunds:*")],
            tracing: true,
            encryption: None,
            kms_key: None,
        }),
        definition: Fact::Known(HiddenText {
            length: 1_204,
            fingerprint: made_up::fingerprint(name),
            functions: [arn("lambda", EU, "function:billing-refund")].into(),
            secrets: Default::default(),
        }),
    }
}

/// Story: fonts and drawings lie where they were put in 2021, on a disk that nobody thought to encrypt.
fn drawings() -> FileSystem {
    FileSystem {
        arn: arn("elasticfilesystem", EU, "file-system/fs-0b6e3c19d2a7f4581"),
        id: "fs-0b6e3c19d2a7f4581".to_owned(),
        name: Some("drawings".to_owned()),
        encrypted: Some(false),
        kms_key: None,
        policy: Fact::Known(None),
    }
}

fn drawings_point() -> AccessPoint {
    AccessPoint {
        arn: arn("elasticfilesystem", EU, "access-point/fsap-04d1c2b7e9a3f5068"),
        file_system: drawings().id,
        user: Some(1001),
        group: Some(1001),
        root: "/fonts".to_owned(),
    }
}

/// Story: the tariffs were an API of their own once, cached, behind a name that partners with old tills call.
fn quotes() -> (RestApi, ApiDomain) {
    let id = made_up::id("quotes", 10);
    let settings = MethodSettings {
        logging_level: Some("ERROR".to_owned()),
        data_trace: false,
        throttle: Throttle { rate: Some(50.0), burst: Some(100) },
        caching: true,
        cache_encrypted: false,
        cache_control_authorized: true,
    };
    let stage = RestStage {
        name: "live".to_owned(),
        web_acl: None,
        access_log: Some(arn("logs", EU, "log-group:/larkspur/api/quotes")),
        tracing_enabled: true,
        cache_enabled: true,
        client_certificate: None,
        settings: BTreeMap::from([("*/*".to_owned(), settings)]),
        variables: BTreeMap::new(),
        canary_variables: BTreeMap::new(),
        tags: BTreeMap::new(),
    };
    let api = RestApi {
        arn: Arn::new(format!("arn:{PARTITION}:apigateway:{EU}::/restapis/{id}")),
        id: id.clone(),
        name: "quotes".to_owned(),
        endpoint_types: vec!["REGIONAL".to_owned()],
        vpc_endpoints: Vec::new(),
        execute_api_disabled: true,
        policy: None,
        security_policy: Some("TLS_1_2".to_owned()),
        api_key_source: None,
        tags: BTreeMap::new(),
        methods: Fact::Known(Vec::new()),
        validators: Fact::Known(Vec::new()),
        authorizers: Fact::Known(Vec::new()),
        stages: Fact::Known(vec![stage]),
    };
    let domain = ApiDomain {
        arn: Arn::new(format!("arn:{PARTITION}:apigateway:{EU}::/domainnames/quotes.larkspur.example")),
        name: "quotes.larkspur.example".to_owned(),
        id: None,
        endpoint_types: vec!["REGIONAL".to_owned()],
        security_policy: Some("TLS_1_0".to_owned()),
        mutual_tls: false,
        routing_mode: None,
        policy: None,
        mappings: Fact::Known(vec![ApiMapping { api: id, stage: Some("live".to_owned()), path: String::new() }]),
    };
    (api, domain)
}

/// What the stories change of a Region that was read before.
fn tell(region: &mut Region) {
    let (api, domain) = quotes();
    insert(&mut region.rest_apis, api);
    insert(&mut region.api_domains, domain);
    for function in region.functions.items.iter_mut().filter(|function| function.name == "template-render") {
        function.file_systems.push(FileSystemConfig { arn: drawings_point().arn, mount_path: "/mnt/fonts".to_owned() });
    }
    // Story: somebody moved the permissions of cancelling, and nobody has missed its log yet.
    for group in region.log_groups.items.iter_mut().filter(|group| group.name == "/aws/lambda/order-cancel") {
        group.last_event = Fact::Known(Some(made_up::days_ago(47, &group.name)));
    }
}

#[cfg(test)]
mod tests {
    use crate::demo::{EU, US};

    #[test]
    fn both_regions_see_the_one_trail() {
        let posture = crate::demo::posture();
        let [ireland, virginia] = [EU, US].map(|name| &posture.regions[name].trails.items[0]);
        assert_eq!(ireland.arn, virginia.arn);
        assert!(ireland.is_home() && !virginia.is_home());
    }
}
