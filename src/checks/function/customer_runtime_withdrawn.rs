//! FN-028: a customer-managed runtime is on its way out, or comes from a foreign registry.

use crate::{
    checks::{Check, Context, Guide, Layer, Links, Ruling, Severity, Verdict},
    model::{Function, Gap, Source},
    remedy::Plan,
};

pub(super) static CHECK: Check = Check {
    id: "FN-028",
    slug: "customer-runtime-withdrawn",
    title: "Customer-managed runtimes are supported and come from the account's own registry",
    layer: Layer::Function,
    severity: Severity::Medium,
    why: "A customer-managed runtime is patched by whoever built it. When its release is withdrawn, or its alias is about to be deleted, \
          the function stops getting patches or stops starting; when its image is in somebody else's registry, they decide what runs.",
    how: "ListFunctions says which functions run on a customer-managed runtime (Runtime=custom). What release and image that is, \
          GetRuntimeVersion and GetRuntimeAlias would say; no published client can ask them yet, so such a function is unknown: this \
          check never passes or fails. Functions on AWS's runtimes and on images of their own are not concerned.",
    links: Links { csf: &["PR.PS", "ID.RA"], owasp: &["S9"], csa: &["SAS-6"], ..Links::NONE },
    reads: &[Source::Lambda],
    run,
    fix,
    guide: Guide {
        calls: &["lambda:ListFunctions"],
        provider: "AWS runs a customer-managed runtime as it is and neither builds nor patches it; its releases, aliases and images are \
                  yours",
        avoids: &[
            "Functions on runtimes of AWS, on the bare operating system or on container images",
            "A function on a runtime of its own, as long as its release was not read: it is unknown",
        ],
        cli: "aws lambda-core get-runtime-alias --runtime-name <RUNTIME_NAME> --name <ALIAS> --region <REGION>
aws lambda-core get-runtime-version --runtime-name <RUNTIME_NAME> --name <VERSION> --region <REGION>
aws lambda-core update-runtime-alias --runtime-name <RUNTIME_NAME> --name <ALIAS> --runtime-version <SUPPORTED_VERSION> --region <REGION>",
        cloudformation: "# There is no resource for releases and aliases of a runtime: move the alias by its API.",
        terraform: "# There is no resource for releases and aliases of a runtime: move the alias by its API.",
        undo: "aws lambda-core update-runtime-alias --runtime-name <RUNTIME_NAME> --name <ALIAS> --runtime-version <OLD_VERSION> --region <REGION>",
    },
};

fn run(context: &Context<'_>) -> Vec<Verdict> {
    context.each(&CHECK, |region| &region.functions, |_, function| judge(function))
}

fn judge(function: &Function) -> Result<Ruling, Gap> {
    match function.runtime.as_deref() {
        Some("custom") => Err(Gap::unsupported("no published client can ask lambda-core:GetRuntimeVersion yet")),
        _ => Ok(Ruling::NotApplicable),
    }
}

fn fix(_: &Context<'_>, _: &Verdict) -> Option<Plan> {
    None
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use crate::checks::{
        function::unread,
        testing::{Says, cases, denied, with_function},
    };

    #[test]
    fn rules() {
        let runs_on = |runtime: Option<&str>| with_function(|function| function.runtime = runtime.map(str::to_owned));
        cases(
            &CHECK,
            [
                ("a runtime of AWS", runs_on(Some("python3.14")), Says::NotApplicable),
                ("an operating system only", runs_on(Some("provided.al2023")), Says::NotApplicable),
                ("an image", runs_on(None), Says::NotApplicable),
                ("its own", runs_on(Some("custom")), Says::Unknown),
                ("list denied", denied(), Says::Unknown),
                ("list unread", unread(), Says::Unknown),
            ],
        );
    }
}
