//! DP-015: a stage caches answers in clear, or lets anyone pass by its cache.

use crate::{
    checks::{Check, Context, Evidence, Fault, Guide, Layer, Links, Ruling, Severity, Verdict},
    model::{Gap, MethodSettings, RestApi, Source},
    remedy::{Call, Effort, Plan, Risk},
};

pub(super) static CHECK: Check = Check {
    id: "DP-015",
    slug: "api-cache-unprotected",
    title: "Caches of APIs are encrypted, and only who may passes by them",
    layer: Layer::Data,
    severity: Severity::Medium,
    why: "A cache holds the answers of functions for minutes to an hour, outside of what protects the data they came from. Who may pass \
          by it makes every request reach the function, and the bill.",
    how: "A stage of a REST API with cacheClusterEnabled has methodSettings with cachingEnabled and without cacheDataEncrypted; low when \
          only requireAuthorizationForCacheControl is off. Settings of a stage whose cache is off do nothing and are left alone, and so \
          are settings that cache nothing.",
    links: Links { security_hub: &["APIGateway.5"], csf: &["PR.DS"], owasp: &["S3"], ..Links::NONE },
    reads: &[Source::ApiGateway],
    run,
    fix,
    guide: Guide {
        calls: &["apigateway:GET"],
        provider: "AWS keeps the cache of a stage for its lifetime and encrypts it only where the method's settings say so",
        avoids: &[
            "A stage whose cache cluster is off, whatever its methods say",
            "Methods that cache nothing",
            "An encrypted cache that anyone may pass by, as more than low",
        ],
        cli: "aws apigateway update-stage --rest-api-id <API_ID> --stage-name <STAGE_NAME> --patch-operations 'op=replace,path=/*/*/caching/dataEncrypted,value=true' --region <REGION>\n\
aws apigateway update-stage --rest-api-id <API_ID> --stage-name <STAGE_NAME> --patch-operations 'op=replace,path=/*/*/caching/requireAuthorizationForCacheControl,value=true' --region <REGION>",
        cloudformation: r#"# MethodSettings has nothing for requireAuthorizationForCacheControl: set that with the AWS CLI.
Type: AWS::ApiGateway::Stage
Properties:
  MethodSettings:
    - ResourcePath: "/*"
      HttpMethod: "*"
      CachingEnabled: true
      CacheDataEncrypted: true"#,
        terraform: r#"resource "aws_api_gateway_method_settings" "<NAME>" {
  rest_api_id = aws_api_gateway_rest_api.<API>.id
  stage_name  = aws_api_gateway_stage.<STAGE>.stage_name
  method_path = "*/*"

  settings {
    caching_enabled                            = true
    cache_data_encrypted                       = true
    require_authorization_for_cache_control    = true
    unauthorized_cache_control_header_strategy = "FAIL_WITH_403"
  }
}"#,
        undo: "aws apigateway update-stage --rest-api-id <API_ID> --stage-name <STAGE_NAME> --patch-operations 'op=replace,path=/*/*/caching/dataEncrypted,value=false' --region <REGION>\n\
aws apigateway update-stage --rest-api-id <API_ID> --stage-name <STAGE_NAME> --patch-operations 'op=replace,path=/*/*/caching/requireAuthorizationForCacheControl,value=false' --region <REGION>",
    },
};

/// The names of the two settings in patches.
const ENCRYPTED: &str = "caching/dataEncrypted";
const AUTHORIZED: &str = "caching/requireAuthorizationForCacheControl";

fn run(context: &Context<'_>) -> Vec<Verdict> {
    context.each(&CHECK, |region| &region.rest_apis, |_, api| judge(api))
}

fn judge(api: &RestApi) -> Result<Ruling, Gap> {
    let stages = api.stages.known()?;
    let caching: Vec<(&str, &str, &MethodSettings)> = stages
        .iter()
        .filter(|stage| stage.cache_enabled)
        .flat_map(|stage| stage.settings.iter().map(|(methods, settings)| (stage.name.as_str(), methods.as_str(), settings)))
        .filter(|(_, _, settings)| settings.caching)
        .collect();
    if caching.is_empty() {
        return Ok(Ruling::NotApplicable);
    }
    let (mut evidence, mut subject, mut in_clear, mut open) = (Vec::new(), Vec::new(), None, None);
    for (stage, methods, settings) in caching {
        let mut note = |good: bool, field: &str, setting: &str, first: &mut Option<String>| {
            if !good {
                evidence.push(Evidence::field("apigateway:GET", format!("stages/{stage} methodSettings {methods} {field}"), "false"));
                subject.push(format!("{stage}\n/{methods}/{setting}"));
                first.get_or_insert_with(|| stage.to_owned());
            }
        };
        note(settings.cache_encrypted, "cacheDataEncrypted", ENCRYPTED, &mut in_clear);
        note(settings.cache_control_authorized, "requireAuthorizationForCacheControl", AUTHORIZED, &mut open);
    }
    Ok(match (in_clear, open) {
        (Some(stage), _) => {
            let message = format!("The stage {stage} of the API {} caches answers in clear", api.name);
            Fault::new(message, evidence).subject(subject).into()
        }
        (None, Some(stage)) => {
            let message = format!("Anyone may pass by the cache of the stage {stage} of the API {}", api.name);
            Fault::new(message, evidence).subject(subject).severity(Severity::Low).into()
        }
        (None, None) => Ruling::Pass,
    })
}

fn fix(context: &Context<'_>, verdict: &Verdict) -> Option<Plan> {
    let Ruling::Fail(fault) = &verdict.ruling else { return None };
    let api = crate::model::find(&context.posture.regions.get(&*verdict.region)?.rest_apis, &verdict.resource)?;
    let patch = |stage: &str, path: &str, value: &str| {
        Call::new("apigateway", "update-stage", &*verdict.region)
            .with("rest-api-id", api.id.as_str())
            .with("stage-name", stage)
            .with("patch-operations", format!("op=replace,path={path},value={value}"))
    };
    let plan = Plan::new(Effort::OneKey, Risk::Safe, "Encrypt the cache, and let only who is allowed pass by it")
        .step("API Gateway empties the cache when this changes: for a while more requests reach the functions");
    Some(
        fault
            .subject
            .iter()
            .filter_map(|subject| subject.split_once('\n'))
            .fold(plan, |plan, (stage, path)| plan.step(patch(stage, path, "true")).undo(patch(stage, path, "false"))),
    )
}

#[cfg(test)]
mod tests {
    use super::{CHECK, Severity};
    use crate::{
        checks::{
            Context, Ruling, Settings,
            testing::{REGION, Says, cases, denied, empty},
            testing_api::{method_settings, with_rest_api},
        },
        model::{Fact, Gap, Listing, MethodSettings, Posture, RestStage},
    };

    fn caching(change: impl FnOnce(&mut MethodSettings)) -> Posture {
        with_stage(|stage| {
            let mut settings = MethodSettings { caching: true, ..method_settings() };
            change(&mut settings);
            stage.cache_enabled = true;
            stage.settings.insert("*/*".to_owned(), settings);
        })
    }

    fn with_stage(change: impl FnOnce(&mut RestStage)) -> Posture {
        with_rest_api(|api| change(&mut api.stages.known_mut().unwrap()[0]))
    }

    #[test]
    fn rules() {
        let mut unread = empty();
        unread.regions.get_mut(REGION).unwrap().rest_apis = Listing::default();
        let mut off = caching(|settings| settings.cache_encrypted = false);
        off.regions.get_mut(REGION).unwrap().rest_apis.items[0].stages.known_mut().unwrap()[0].cache_enabled = false;
        cases(
            &CHECK,
            [
                ("encrypted", caching(|_| ()), Says::Pass),
                ("in clear", caching(|settings| settings.cache_encrypted = false), Says::Fail),
                ("anyone may empty it", caching(|settings| settings.cache_control_authorized = false), Says::Fail),
                ("no cache", with_rest_api(|_| ()), Says::NotApplicable),
                ("settings of a cache that is off", off, Says::NotApplicable),
                (
                    "settings that cache nothing",
                    caching(|settings| (settings.caching, settings.cache_encrypted) = (false, false)),
                    Says::NotApplicable,
                ),
                ("no stage", with_rest_api(|api| api.stages = Fact::Known(vec![])), Says::NotApplicable),
                ("stages denied", with_rest_api(|api| api.stages = Gap::denied("apigateway:GET", "no").into()), Says::Unknown),
                ("stages unread", with_rest_api(|api| api.stages = Fact::unread("apigateway:GET")), Says::Unknown),
                ("list unread", unread, Says::Unknown),
                ("list denied", denied(), Says::Unknown),
            ],
        );
    }

    #[test]
    fn passing_by_the_cache_is_less_than_reading_it_and_both_are_mended() {
        let settings = Settings::default();
        let posture = caching(|settings| settings.cache_control_authorized = false);
        let verdict = (CHECK.run)(&Context::new(&posture, &settings)).remove(0);
        let Ruling::Fail(fault) = verdict.ruling else { panic!("{verdict:?}") };
        assert_eq!(fault.severity, Some(Severity::Low));
        let posture = caching(|settings| (settings.cache_encrypted, settings.cache_control_authorized) = (false, false));
        let context = Context::new(&posture, &settings);
        let verdict = (CHECK.run)(&context).remove(0);
        let plan = (CHECK.fix)(&context, &verdict).unwrap();
        assert_eq!(
            plan.commands()[1],
            "aws apigateway update-stage --rest-api-id a1 --stage-name prod --patch-operations \
             'op=replace,path=/*/*/caching/dataEncrypted,value=true' --region eu-west-1"
        );
        assert_eq!((plan.steps.len(), plan.undo.len()), (3, 2));
    }
}
