//! FN-008: the runtime soon leaves support.

use crate::{
    checks::{Check, Context, Evidence, Fault, Guide, Layer, Links, Ruling, Severity, Verdict},
    model::Source,
};

use super::runtimes::{Support, as_of, support, upgrade};

pub(super) static CHECK: Check = Check {
    id: "FN-008",
    slug: "runtime-support-ending",
    title: "The runtime stays supported for the months to come",
    layer: Layer::Function,
    severity: Severity::Low,
    why: "Moving to another version of a language takes tests and releases. Whoever starts when support has ended runs unpatched code \
          in the meantime.",
    how: "The end of support in the dated table lies within 180 days (thresholds.runtime_notice_days). Dates of [runtimes] in the \
          configuration hold over the table's. What has ended already is FN-007.",
    links: Links { csf: &["PR.PS"], owasp: &["S9"], ..Links::NONE },
    reads: &[Source::Lambda],
    run,
    fix: upgrade,
    guide: Guide {
        calls: &["lambda:ListFunctions"],
        provider: "AWS publishes the date on which the support of a runtime ends and patches it until then; moving the code in time is \
                  yours",
        avoids: &[
            "A runtime whose support ends after the notice period of the configuration",
            "A runtime whose support has ended, which FN-007 tells of",
            "Container images, which bring their own runtime",
            "A runtime that the table does not know, which is unknown",
        ],
        cli: "# Test the code on the new runtime first: languages drop old syntax and libraries.
aws lambda update-function-configuration --function-name <FUNCTION_NAME> --runtime <NEW_RUNTIME> --region <REGION>",
        cloudformation: "Type: AWS::Lambda::Function
Properties:
  Runtime: <NEW_RUNTIME>",
        terraform: r#"resource "aws_lambda_function" "<NAME>" {
  runtime = "<NEW_RUNTIME>"
}"#,
        undo: "aws lambda update-function-configuration --function-name <FUNCTION_NAME> --runtime <OLD_RUNTIME> --region <REGION>",
    },
};

fn run(context: &Context<'_>) -> Vec<Verdict> {
    context.each(
        &CHECK,
        |region| &region.functions,
        |_, function| {
            let Some((name, Support::Dated(dates))) = support(context, function)? else { return Ok(Ruling::NotApplicable) };
            let now = context.now();
            if now >= dates.deprecated {
                return Ok(Ruling::NotApplicable);
            }
            let left = dates.deprecated.days_since(now);
            if left > i64::from(context.settings.thresholds.runtime_notice_days) {
                return Ok(Ruling::Pass);
            }
            let mut evidence =
                vec![Evidence::field("lambda:ListFunctions", "Runtime", name), dates.evidence("deprecated", dates.deprecated)];
            if let Some(block) = dates.block_create {
                evidence.push(dates.evidence("block-create", block));
            }
            evidence.push(as_of(now)?);
            Ok(Fault::new(format!("{name}, which {} runs on, loses support in {left} days", function.name), evidence).into())
        },
    )
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use crate::{
        checks::{
            Settings, Thresholds,
            function::unread,
            testing::{Says, ask_with, cases, denied, with_function},
        },
        model::{PackageType, Posture},
    };

    fn on(runtime: &str) -> Posture {
        with_function(|function| function.runtime = Some(runtime.to_owned()))
    }

    #[test]
    fn rules() {
        cases(
            &CHECK,
            [
                ("years away", on("python3.14"), Says::Pass),
                ("128 days away", on("ruby3.3"), Says::Fail),
                ("158 days away", on("nodejs22.x"), Says::Fail),
                ("219 days away", on("java17"), Says::Pass),
                ("ended", on("python3.9"), Says::NotApplicable),
                ("blocked", on("python2.7"), Says::NotApplicable),
                ("newer than the table", on("python3.15"), Says::Unknown),
                ("image", with_function(|function| function.package_type = PackageType::Image), Says::NotApplicable),
                ("list denied", denied(), Says::Unknown),
                ("list unread", unread(), Says::Unknown),
            ],
        );
    }

    #[test]
    fn the_notice_period_is_the_users() {
        let notice =
            |days| Settings { thresholds: Thresholds { runtime_notice_days: days, ..Thresholds::default() }, ..Settings::default() };
        let year = notice(365);
        assert_eq!(ask_with(&CHECK, &on("java17"), &year)[0].1, Says::Fail);
        let month = notice(30);
        assert_eq!(ask_with(&CHECK, &on("ruby3.3"), &month)[0].1, Says::Pass);
    }
}
