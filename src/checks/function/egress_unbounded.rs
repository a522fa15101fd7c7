//! FN-022: a function with private data may send it anywhere.

use crate::{
    checks::{Check, Context, Evidence, Fault, Guide, Layer, Links, Protection, Ruling, Severity, Verdict},
    model::{Function, Gap, Source},
    remedy::{Effort, Plan, Risk},
};

pub(super) static CHECK: Check = Check {
    id: "FN-022",
    slug: "egress-unbounded",
    title: "Functions with private data cannot send it anywhere",
    layer: Layer::Function,
    severity: Severity::Low,
    why: "A function outside any VPC reaches the whole internet: code that was taken over sends what it reads to wherever it likes, and \
          no flow log tells of it.",
    how: "A function of a class of data that demands private-network has no VpcConfig. Functions with other data are left outside, where most \
          of them belong. What the security groups of a function in a VPC let out, ec2:DescribeSecurityGroups would say, which Palisade \
          does not call: a function in a VPC is unknown, never passed.",
    links: Links { security_hub: &["Lambda.3"], csf: &["PR.IR", "PR.DS"], owasp: &["S3"], attack: &["T1048"], ..Links::NONE },
    reads: &[Source::Lambda],
    run,
    fix,
    guide: Guide {
        calls: &["lambda:ListFunctions", "lambda:GetFunction", "lambda:ListTags"],
        provider: "Lambda runs a function without VpcConfig in a network of its own that reaches the whole internet; whether it may is \
                  yours",
        avoids: &[
            "Functions outside any VPC whose tags mark no sensitive data",
            "Functions in a VPC, whose security groups are not read: they are unknown",
        ],
        cli: "# Make VPC endpoints for the services that it calls, and a security group that lets nothing else out, first.
aws lambda update-function-configuration --function-name <FUNCTION_NAME> --vpc-config SubnetIds=<SUBNET_ID>,<OTHER_SUBNET_ID>,SecurityGroupIds=<SECURITY_GROUP_ID> --region <REGION>",
        cloudformation: "Type: AWS::Lambda::Function
Properties:
  VpcConfig:
    SubnetIds: [<SUBNET_ID>, <OTHER_SUBNET_ID>]
    SecurityGroupIds: [<SECURITY_GROUP_ID>]",
        terraform: r#"resource "aws_lambda_function" "<NAME>" {
  vpc_config {
    subnet_ids         = ["<SUBNET_ID>", "<OTHER_SUBNET_ID>"]
    security_group_ids = ["<SECURITY_GROUP_ID>"]
  }
}"#,
        undo: "aws lambda update-function-configuration --function-name <FUNCTION_NAME> --vpc-config SubnetIds=[],SecurityGroupIds=[] --region <REGION>",
    },
};

fn run(context: &Context<'_>) -> Vec<Verdict> {
    context.each(&CHECK, |region| &region.functions, |_, function| judge(context, function))
}

fn judge(context: &Context<'_>, function: &Function) -> Result<Ruling, Gap> {
    if function.vpc.as_ref().is_some_and(|vpc| !vpc.subnets.is_empty()) {
        return Err(Gap::unsupported("what its security groups let out is not read (ec2:DescribeSecurityGroups)"));
    }
    let demand = context.standing_of(function).demand(Protection::PrivateNetwork)?;
    let Some(demand) = demand else { return Ok(Ruling::NotApplicable) };
    let evidence = vec![Evidence::field("lambda:ListFunctions", "VpcConfig", "none"), demand.evidence()];
    Ok(Fault::new(format!("{} reaches the whole internet: {demand}", function.name), evidence).into())
}

fn fix(_: &Context<'_>, _: &Verdict) -> Option<Plan> {
    Some(
        Plan::new(Effort::Guided, Risk::Manual, "Put the function into a VPC that lets out what it needs only")
            .step("Make VPC endpoints for the AWS services that it calls, and a security group that lets nothing else out")
            .step("Let its role hold ec2:CreateNetworkInterface, ec2:DescribeNetworkInterfaces and ec2:DeleteNetworkInterface")
            .step("Set VpcConfig in the template with subnets of two Availability Zones, and watch its errors after the deployment"),
    )
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use crate::{
        checks::{
            function::unread,
            testing::{Says, cases, denied, with_function},
        },
        model::{Fact, Function, Gap, Posture, VpcConfig},
    };

    fn tagged(class: &str, change: impl FnOnce(&mut Function)) -> Posture {
        with_function(|function| {
            function.tags = Fact::Known([("data-class".to_owned(), class.to_owned())].into());
            change(function);
        })
    }

    fn within(subnets: &[&str]) -> Option<VpcConfig> {
        Some(VpcConfig {
            vpc_id: "vpc-1".to_owned(),
            subnets: subnets.iter().map(|&subnet| subnet.to_owned()).collect(),
            security_groups: vec!["sg-1".to_owned()],
        })
    }

    #[test]
    fn rules() {
        cases(
            &CHECK,
            [
                ("ordinary, outside", with_function(|_| ()), Says::NotApplicable),
                ("public data, outside", tagged("public", |_| ()), Says::NotApplicable),
                ("sensitive, outside", tagged("confidential", |_| ()), Says::Fail),
                ("sensitive, taken out of its VPC", tagged("confidential", |function| function.vpc = within(&[])), Says::Fail),
                ("sensitive, within", tagged("confidential", |function| function.vpc = within(&["subnet-1"])), Says::Unknown),
                ("tags denied", with_function(|function| function.tags = Gap::denied("lambda:GetFunction", "no").into()), Says::Unknown),
                ("tags unread", with_function(|function| function.tags = Fact::unread("lambda:GetFunction")), Says::Unknown),
                ("list denied", denied(), Says::Unknown),
                ("list unread", unread(), Says::Unknown),
            ],
        );
    }
}
