//! FN-007: the runtime is out of support.

use crate::{
    checks::{Check, Context, Evidence, Fault, Guide, Layer, Links, Ruling, Severity, Verdict},
    model::Source,
};

use super::runtimes::{Support, as_of, support, upgrade};

pub(super) static CHECK: Check = Check {
    id: "FN-007",
    slug: "runtime-unsupported",
    title: "The function runs on a runtime that AWS supports",
    layer: Layer::Function,
    severity: Severity::High,
    why: "AWS no longer patches the language, its libraries or the system below. When it also refuses changes to such functions, a flaw \
          in your own code cannot be repaired either.",
    how: "Runtime of ListFunctions against a dated table that is part of Palisade. Critical from 60 days \
          (thresholds.runtime_block_days) before AWS refuses changes to the function. Dates of [runtimes] in the configuration hold over it. Container images bring their own runtime. A runtime that the table does not know is unknown, not a failure.",
    links: Links {
        security_hub: &["Lambda.2"],
        csf: &["PR.PS"],
        owasp: &["S9"],
        csa: &["SAS-6"],
        attack: &["T1190"],
        pci: &["12.3.4"],
        ..Links::NONE
    },
    reads: &[Source::Lambda],
    run,
    fix: upgrade,
    guide: Guide {
        calls: &["lambda:ListFunctions"],
        provider: "AWS patches managed runtimes until their deprecation date and never blocks invocations; which runtime a function names \
                  is yours",
        avoids: &[
            "Container images, which bring their own runtime",
            "A runtime that the table does not know, which is unknown",
            "A runtime whose support has yet to end, which FN-008 tells of in time",
            "Refused changes that are more than 60 days away, as critical",
        ],
        cli: "# Test the code on the new runtime first: languages drop old syntax and libraries.
aws lambda update-function-configuration --function-name <FUNCTION_NAME> --runtime <NEW_RUNTIME> --region <REGION>",
        cloudformation: "Type: AWS::Lambda::Function
Properties:
  Runtime: <NEW_RUNTIME>",
        terraform: r#"resource "aws_lambda_function" "<NAME>" {
  runtime = "<NEW_RUNTIME>"
}"#,
        undo: "aws lambda update-function-configuration --function-name <FUNCTION_NAME> --runtime <OLD_RUNTIME> --region <REGION>
Cannot be taken back once AWS refuses changes to functions on the old runtime",
    },
};

fn run(context: &Context<'_>) -> Vec<Verdict> {
    context.each(
        &CHECK,
        |region| &region.functions,
        |_, function| {
            let Some((name, support)) = support(context, function)? else { return Ok(Ruling::NotApplicable) };
            let now = context.now();
            let runtime = Evidence::field("lambda:ListFunctions", "Runtime", name);
            let dates = match support {
                Support::Blocked => {
                    let message = format!("{} runs on {name}: AWS refuses every change to it", function.name);
                    return Ok(Fault::new(message, vec![runtime, as_of(now)?]).severity(Severity::Critical).into());
                }
                Support::Dated(dates) if now < dates.deprecated => return Ok(Ruling::Pass),
                Support::Dated(dates) => dates,
            };
            let mut evidence = vec![runtime, dates.evidence("deprecated", dates.deprecated)];
            let mut message = format!("{} runs on {name}, which lost support on {}", function.name, dates.deprecated.date());
            let mut severity = Severity::High;
            if let Some(block) = dates.block_update {
                evidence.push(dates.evidence("block-update", block));
                if block.days_since(now) <= i64::from(context.settings.thresholds.runtime_block_days) {
                    severity = Severity::Critical;
                    message.push_str(&format!("; AWS refuses changes from {} on", block.date()));
                }
            }
            evidence.push(as_of(now)?);
            Ok(Fault::new(message, evidence).severity(severity).into())
        },
    )
}

#[cfg(test)]
mod tests {
    use super::{CHECK, Severity};
    use crate::{
        checks::{
            Context, Ruling, Settings,
            function::unread,
            testing::{Says, cases, denied, with_function},
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
                ("supported", on("python3.14"), Says::Pass),
                ("supported for months yet", on("ruby3.3"), Says::Pass),
                ("ended last month", on("python3.10"), Says::Fail),
                ("provided ends too", on("provided.al2"), Says::Fail),
                ("ended this month", on("dotnet8"), Says::Fail),
                ("blocked for years", on("nodejs12.x"), Says::Fail),
                ("newer than the table", on("nodejs26.x"), Says::Unknown),
                ("customer managed", on("custom"), Says::Unknown),
                ("no runtime", with_function(|function| function.runtime = None), Says::Unknown),
                (
                    "image",
                    with_function(|function| {
                        function.package_type = PackageType::Image;
                        function.runtime = None;
                    }),
                    Says::NotApplicable,
                ),
                ("list denied", denied(), Says::Unknown),
                ("list unread", unread(), Says::Unknown),
            ],
        );
        // What three well-known scanners pass today.
        for runtime in ["nodejs18.x", "nodejs20.x", "python3.8", "python3.9", "python3.10", "ruby3.2", "provided.al2", "dotnet8"] {
            cases(&CHECK, [(runtime, on(runtime), Says::Fail)]);
        }
    }

    #[test]
    fn critical_near_the_block() {
        for (taken_at, expected) in [
            ("2027-07-01T00:00:00Z", Severity::High),
            ("2027-07-02T00:00:00Z", Severity::Critical),
            ("2028-01-01T00:00:00Z", Severity::Critical),
        ] {
            let mut posture = on("python3.9");
            posture.taken_at = taken_at.parse().unwrap();
            let settings = Settings::default();
            let context = Context::new(&posture, &settings);
            let verdict = (CHECK.run)(&context).remove(0);
            let Ruling::Fail(fault) = &verdict.ruling else { panic!("{verdict:?}") };
            assert_eq!(fault.severity, Some(expected), "on {taken_at}");
            let stale = fault.evidence.last().unwrap();
            assert!(stale.value.contains("older than 120 days"), "{stale:?}");
            let plan = (CHECK.fix)(&context, &verdict).unwrap();
            assert!(plan.commands()[1].contains("--runtime python3.14"));
            assert_eq!(plan.undo.is_empty(), taken_at.starts_with("2028"));
        }
    }
}
