//! FN-023: a function in a VPC can run in one Availability Zone only.

use crate::{
    checks::{Check, Context, Evidence, Guide, Layer, Links, Ruling, Severity, Verdict},
    model::{Function, Gap, Source},
    remedy::{Call, Effort, Plan, Risk},
};

pub(super) static CHECK: Check = Check {
    id: "FN-023",
    slug: "single-zone",
    title: "Functions in a VPC can run in more than one Availability Zone",
    layer: Layer::Function,
    severity: Severity::Low,
    why: "When the one Availability Zone fails, the function cannot start anywhere else, and whatever it answers or watches stops.",
    how: "ListFunctions names one subnet (VpcConfig.SubnetIds): a subnet is in one zone. In which zones several subnets are, \
          ec2:DescribeSubnets would say, which Palisade does not call: several subnets are unknown, and this check never passes. \
          Functions outside any VPC run in several zones by themselves.",
    links: Links { security_hub: &["Lambda.5"], csf: &["PR.IR"], ..Links::NONE },
    reads: &[Source::Lambda],
    run,
    fix,
    guide: Guide {
        calls: &["lambda:ListFunctions"],
        provider: "Lambda spreads functions outside a VPC over several Availability Zones by itself; in a VPC it has only the subnets \
                  that you name",
        avoids: &["Functions outside any VPC, or taken out of theirs", "Several subnets, whose zones are not read: they are unknown"],
        cli: "aws lambda update-function-configuration --function-name <FUNCTION_NAME> --vpc-config SubnetIds=<SUBNET_ID>,<SUBNET_ID_IN_ANOTHER_ZONE>,SecurityGroupIds=<SECURITY_GROUP_ID> --region <REGION>",
        cloudformation: "Type: AWS::Lambda::Function
Properties:
  VpcConfig:
    SubnetIds: [<SUBNET_ID>, <SUBNET_ID_IN_ANOTHER_ZONE>]
    SecurityGroupIds: [<SECURITY_GROUP_ID>]",
        terraform: r#"resource "aws_lambda_function" "<NAME>" {
  vpc_config {
    subnet_ids         = ["<SUBNET_ID>", "<SUBNET_ID_IN_ANOTHER_ZONE>"]
    security_group_ids = ["<SECURITY_GROUP_ID>"]
  }
}"#,
        undo: "aws lambda update-function-configuration --function-name <FUNCTION_NAME> --vpc-config SubnetIds=<SUBNET_ID>,SecurityGroupIds=<SECURITY_GROUP_ID> --region <REGION>",
    },
};

fn run(context: &Context<'_>) -> Vec<Verdict> {
    context.each(&CHECK, |region| &region.functions, |_, function| judge(function))
}

fn judge(function: &Function) -> Result<Ruling, Gap> {
    let subnets = function.vpc.iter().flat_map(|vpc| &vpc.subnets).collect::<Vec<_>>();
    match subnets.as_slice() {
        [] => Ok(Ruling::NotApplicable),
        [subnet] => Ok(Ruling::fail(
            format!("{} runs in one subnet, and so in one Availability Zone", function.name),
            vec![Evidence::field("lambda:ListFunctions", "VpcConfig.SubnetIds", subnet)],
        )),
        several => Err(Gap::unsupported(format!("in which zones its {} subnets are is not read (ec2:DescribeSubnets)", several.len()))),
    }
}

fn fix(context: &Context<'_>, verdict: &Verdict) -> Option<Plan> {
    let vpc = context.posture.function(&verdict.resource)?.vpc.as_ref()?;
    let set = || Call::new("lambda", "update-function-configuration", &*verdict.region).with("function-name", verdict.resource.as_str());
    let groups = vpc.security_groups.join(",");
    let before = format!("SubnetIds={},SecurityGroupIds={groups}", vpc.subnets.join(","));
    Some(
        Plan::new(Effort::Prompt, Risk::Careful, "Add a subnet in another Availability Zone")
            .step(format!("The new subnet needs the same routes; the setting so far is {before}"))
            .step(set().ask("vpc-config", "SubnetIds with one more, and SecurityGroupIds as they are"))
            .undo(set().with("vpc-config", before)),
    )
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use crate::{
        checks::{
            Context, Settings,
            function::unread,
            testing::{Says, cases, denied, with_function},
        },
        model::{Posture, VpcConfig},
    };

    fn within(subnets: &[&str]) -> Posture {
        with_function(|function| {
            function.vpc = Some(VpcConfig {
                vpc_id: "vpc-1".to_owned(),
                subnets: subnets.iter().map(|&subnet| subnet.to_owned()).collect(),
                security_groups: vec!["sg-1".to_owned()],
            });
        })
    }

    #[test]
    fn rules() {
        cases(
            &CHECK,
            [
                ("no VPC", with_function(|_| ()), Says::NotApplicable),
                ("a VPC that was taken away", within(&[]), Says::NotApplicable),
                ("one subnet", within(&["subnet-1"]), Says::Fail),
                ("two subnets, of the same zone for all we know", within(&["subnet-1", "subnet-2"]), Says::Unknown),
                ("list denied", denied(), Says::Unknown),
                ("list unread", unread(), Says::Unknown),
            ],
        );
    }

    #[test]
    fn the_way_back_has_the_subnet_that_was() {
        let (posture, settings) = (within(&["subnet-1"]), Settings::default());
        let context = Context::new(&posture, &settings);
        let verdict = (CHECK.run)(&context).remove(0);
        let undo = (CHECK.fix)(&context, &verdict).unwrap().undo_commands();
        assert!(undo[0].contains("SubnetIds=subnet-1,SecurityGroupIds=sg-1"), "{undo:?}");
    }
}
