//! MV-007: the log configuration hides what happened, or writes down too much.

use crate::{
    checks::{Check, Context, Evidence, Fault, Guide, Layer, Links, Ruling, Severity, Verdict},
    model::{Function, Gap, LoggingConfig, Source},
    remedy::{Call, Effort, Plan, Risk},
};

pub(super) static CHECK: Check = Check {
    id: "MV-007",
    slug: "logging-blind-or-leaky",
    title: "Functions log as JSON, at a level that shows and does not leak",
    layer: Layer::Monitoring,
    severity: Severity::Low,
    why: "A function that logs only errors leaves nothing to reconstruct an intrusion from, since the attacker's calls \
          succeed. One that logs at debug level in production writes events, tokens and personal data into its log group. \
          Plain text cannot be filtered by level or searched by field.",
    how: "LoggingConfig of ListFunctions: application level ERROR or FATAL; application or system level DEBUG or TRACE unless the \
          function is for development by its tags or its name; format Text, which is for information only.",
    links: Links { csf: &["DE.CM", "DE.AE"], owasp: &["S10"], ..Links::NONE },
    reads: &[Source::Lambda],
    run,
    fix,
    guide: Guide {
        calls: &["lambda:GetFunction", "lambda:ListFunctions", "lambda:ListTags"],
        provider: "Lambda writes plain text of every level unless told otherwise, and filters by level only what it writes as JSON.",
        avoids: &[
            "An application level of WARN",
            "DEBUG or TRACE in a function that is tagged as development",
            "Plain text as more than information",
        ],
        cli: "aws lambda update-function-configuration --function-name <FUNCTION_NAME> --logging-config LogFormat=JSON,ApplicationLogLevel=INFO,SystemLogLevel=INFO --region <REGION>",
        cloudformation: "Type: AWS::Lambda::Function
Properties:
  LoggingConfig:
    LogFormat: JSON
    ApplicationLogLevel: INFO
    SystemLogLevel: INFO",
        terraform: r#"resource "aws_lambda_function" "<NAME>" {
  logging_config {
    log_format            = "JSON"
    application_log_level = "INFO"
    system_log_level      = "INFO"
  }
}"#,
        undo: "aws lambda update-function-configuration --function-name <FUNCTION_NAME> --logging-config LogFormat=Text --region <REGION>",
    },
};

fn run(context: &Context<'_>) -> Vec<Verdict> {
    context.each(&CHECK, |region| &region.functions, |_, function| judge(context, function, function.logging.known()?))
}

fn judge(context: &Context<'_>, function: &Function, logging: &LoggingConfig) -> Result<Ruling, Gap> {
    let field = |pointer: &str, value: &str| vec![Evidence::field("lambda:ListFunctions", format!("LoggingConfig.{pointer}"), value)];
    let is = |level: &Option<String>, words: [&str; 2]| level.as_deref().filter(|level| words.contains(level)).map(str::to_owned);
    if let Some(level) = is(&logging.application_level, ["ERROR", "FATAL"]) {
        let message = format!("{} logs nothing below {level}", function.name);
        return Ok(Ruling::fail(message, field("ApplicationLogLevel", &level)));
    }
    let loud = [("ApplicationLogLevel", &logging.application_level), ("SystemLogLevel", &logging.system_level)]
        .into_iter()
        .find_map(|(pointer, level)| is(level, ["DEBUG", "TRACE"]).map(|level| (pointer, level)));
    if let Some((pointer, level)) = loud {
        // What a development function writes down is nobody's data.
        function.tags.known()?;
        let standing = context.standing_of(function);
        if !standing.is_development() {
            let mut evidence = field(pointer, &level);
            let production = standing.production();
            evidence.extend(production.map(|placed| placed.by.evidence()));
            let place = if production.is_some() { " in production" } else { "" };
            return Ok(Ruling::fail(format!("{} logs at level {level}{place}", function.name), evidence));
        }
    }
    if logging.format == "Text" {
        let fault = Fault::new(format!("{} logs plain text", function.name), field("LogFormat", "Text"));
        return Ok(fault.severity(Severity::Info).into());
    }
    Ok(Ruling::Pass)
}

fn fix(context: &Context<'_>, verdict: &Verdict) -> Option<Plan> {
    let logging = context.posture.function(&verdict.resource)?.logging.known().ok()?;
    let set = |value: String| {
        Call::new("lambda", "update-function-configuration", &*verdict.region)
            .with("function-name", verdict.resource.as_str())
            .with("logging-config", value)
    };
    let better = LoggingConfig {
        format: "JSON".to_owned(),
        application_level: Some("INFO".to_owned()),
        system_level: Some("INFO".to_owned()),
        group: logging.group.clone(),
    };
    Some(
        Plan::new(Effort::OneKey, Risk::Careful, "Log as JSON at level INFO")
            .step("Queries and subscriptions that read the function's plain text have to learn the fields of JSON")
            .step(set(shorthand(&better)))
            .undo(set(shorthand(logging))),
    )
}

/// The value of `--logging-config`.
fn shorthand(logging: &LoggingConfig) -> String {
    let mut text = format!("LogFormat={}", logging.format);
    let fields =
        [("ApplicationLogLevel", &logging.application_level), ("SystemLogLevel", &logging.system_level), ("LogGroup", &logging.group)];
    for (name, value) in fields {
        if let Some(value) = value {
            text.push_str(&format!(",{name}={value}"));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use crate::{
        checks::{
            Context, Ruling, Settings, Severity,
            testing::{Says, cases, denied, with_function},
        },
        model::{Fact, Gap, LoggingConfig, Posture},
    };

    fn logs(format: &str, application: Option<&str>, environment: Option<&str>) -> Posture {
        with_function(|function| {
            function.logging = Fact::Known(LoggingConfig {
                format: format.to_owned(),
                application_level: application.map(str::to_owned),
                system_level: application.map(|_| "INFO".to_owned()),
                group: None,
            });
            function.tags = Fact::Known(environment.map(|environment| ("env".to_owned(), environment.to_owned())).into_iter().collect());
        })
    }

    #[test]
    fn rules() {
        let mut tags_unread = logs("JSON", Some("DEBUG"), None);
        tags_unread.regions.get_mut("eu-west-1").unwrap().functions.items[0].tags = Fact::unread("lambda:GetFunction");
        cases(
            &CHECK,
            [
                ("JSON at INFO", logs("JSON", Some("INFO"), None), Says::Pass),
                ("JSON at WARN", logs("JSON", Some("WARN"), None), Says::Pass),
                ("errors only", logs("JSON", Some("ERROR"), None), Says::Fail),
                ("fatal only, in development too", logs("JSON", Some("FATAL"), Some("dev")), Says::Fail),
                ("trace in production", logs("JSON", Some("TRACE"), Some("prod")), Says::Fail),
                ("debug in development", logs("JSON", Some("DEBUG"), Some("Dev")), Says::Pass),
                ("debug, tags unread", tags_unread, Says::Unknown),
                ("text", logs("Text", None, None), Says::Fail),
                ("unread", with_function(|function| function.logging = Fact::unread("lambda:ListFunctions")), Says::Unknown),
                ("denied", with_function(|function| function.logging = Gap::denied("lambda:GetFunction", "no").into()), Says::Unknown),
                ("list denied", denied(), Says::Unknown),
            ],
        );
    }

    #[test]
    fn plain_text_is_for_information() {
        let settings = Settings::default();
        for (posture, expected) in [(logs("Text", None, None), Some(Severity::Info)), (logs("JSON", Some("ERROR"), None), None)] {
            let verdict = (CHECK.run)(&Context::new(&posture, &settings)).remove(0);
            let Ruling::Fail(fault) = verdict.ruling else { panic!("{verdict:?}") };
            assert_eq!(fault.severity, expected);
        }
    }

    #[test]
    fn the_plan_can_be_taken_back() {
        let posture = logs("Text", None, None);
        let settings = Settings::default();
        let context = Context::new(&posture, &settings);
        let plan = (CHECK.fix)(&context, &(CHECK.run)(&context)[0]).unwrap();
        assert!(plan.undo[0].line().contains("--logging-config LogFormat=Text --region"), "{:?}", plan.undo);
    }
}
