//! MV-005: personal data in the logs of a sensitive function is not masked.

use super::demanding;
use crate::{
    checks::{Check, Context, Evidence, Guide, Layer, Links, Protection, Ruling, Severity, Verdict},
    model::Source,
    remedy::{Call, Effort, Plan, Risk},
};

/// What is logged by mistake most often.
const IDENTIFIERS: &str = "EmailAddress, CreditCardNumber and AwsSecretKey";

pub(super) static CHECK: Check = Check {
    id: "MV-005",
    slug: "logs-unmasked",
    title: "Logs of sensitive functions mask personal data",
    layer: Layer::Monitoring,
    severity: Severity::Medium,
    why: "Functions log the events they fail on. What is protected in the database then lies in plain text where every \
          developer can read it, and where nobody looks for it when it has to be erased.",
    how: "DescribeLogGroups does not say dataProtectionStatus=ACTIVATED for a group to which a function of a class that \
          demands masking writes. A policy of the whole account is not seen by this call. Groups of other functions are left alone.",
    links: Links { csf: &["DE.CM", "DE.AE"], owasp: &["S3"], ..Links::NONE },
    reads: &[Source::Lambda, Source::Logs],
    run,
    fix,
    guide: Guide::NONE,
};

fn run(context: &Context<'_>) -> Vec<Verdict> {
    context.each_function_log_group(&CHECK, |group, functions| {
        let Some((function, demand)) = demanding(context, functions, Protection::Masking)? else { return Ok(Ruling::NotApplicable) };
        let status = group.data_protection.as_deref().unwrap_or("absent");
        if status == "ACTIVATED" {
            return Ok(Ruling::Pass);
        }
        Ok(Ruling::fail(
            format!("{}, to which {} writes, masks nothing: {demand}", group.name, function.name),
            vec![Evidence::field("logs:DescribeLogGroups", "dataProtectionStatus", status), demand.evidence()],
        ))
    })
}

fn fix(context: &Context<'_>, verdict: &Verdict) -> Option<Plan> {
    let call =
        |operation: &'static str| Call::new("logs", operation, &*verdict.region).with("log-group-identifier", verdict.resource.as_str());
    let identifiers = format!("arn:{}:dataprotection::aws:data-identifier/", context.posture.partition);
    Some(
        Plan::new(Effort::Prompt, Risk::Careful, "Mask personal data in new log events")
            .step(format!("Mask at least {IDENTIFIERS} ({identifiers}NAME), with an Audit and a Deidentify statement"))
            .step(call("put-data-protection-policy").ask("policy-document", "data protection policy"))
            .undo(call("delete-data-protection-policy")),
    )
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use crate::{
        checks::testing::{REGION, Says, cases, denied, with_function},
        model::{Fact, Gap, Posture},
    };

    fn status(class: &str, status: Option<&str>) -> Posture {
        let mut posture = with_function(|function| {
            function.tags = Fact::Known([("DataClass".to_owned(), class.to_owned())].into());
        });
        posture.regions.get_mut(REGION).unwrap().log_groups.items[0].data_protection = status.map(str::to_owned);
        posture
    }

    #[test]
    fn rules() {
        let mut unread = status("pii", None);
        unread.regions.get_mut(REGION).unwrap().functions.items[0].tags = Fact::unread("lambda:GetFunction");
        let mut refused = status("pii", None);
        refused.regions.get_mut(REGION).unwrap().functions.items[0].tags = Gap::denied("lambda:GetFunction", "no").into();
        cases(
            &CHECK,
            [
                ("masked", status("pii", Some("ACTIVATED")), Says::Pass),
                ("nothing", status("confidential", None), Says::Fail),
                ("switched off", status("pii", Some("DISABLED")), Says::Fail),
                ("public data", status("public", None), Says::NotApplicable),
                ("tags unread", unread, Says::Unknown),
                ("tags denied", refused, Says::Unknown),
                ("all denied", denied(), Says::Unknown),
            ],
        );
    }
}
