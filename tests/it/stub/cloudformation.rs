//! CloudFormation: forms and XML.

use super::{Account, Ask, Asked, Reply, Request, Service, account::ACCOUNT, protocol::Protocol, quota::Quota, route};

pub(super) static SERVICE: Service = Service { name: "cloudformation", protocol: Protocol::Query, route, quota, answer };

fn route(request: &Request) -> Option<Asked> {
    // Without a name, whoever describes them has to be allowed to list them as well.
    Some(route::query(request, "cloudformation", &["StackName"])?.also("DescribeStacks", "cloudformation:ListStacks"))
}

/// CloudFormation publishes none for these.
fn quota(_: &str) -> Quota {
    Quota::of("cloudformation", 5)
}

fn answer(ask: &Ask, _: &Account) -> Option<Reply> {
    const STACKS: [(&str, &str); 2] = [("orders", "DRIFTED"), ("mail", "NOT_CHECKED")];
    match ask.operation.as_str() {
        "DescribeStacks" if ask.lacks("cloudformation:ListStacks") => Some(Reply::error(403, "AccessDenied")),
        "DescribeStacks" => {
            let page = ask.page(STACKS.len(), 100, "MaxResults", "NextToken");
            let stack = |number: usize| {
                let (name, drift) = STACKS[number];
                let checked = if drift == "DRIFTED" { "<LastCheckTimestamp>2026-11-02T03:04:05.678Z</LastCheckTimestamp>" } else { "" };
                format!(
                    "<member><StackId>arn:aws:cloudformation:{}:{ACCOUNT}:stack/{name}/1</StackId><StackName>{name}</StackName>                     <Parameters><member><ParameterKey>Password</ParameterKey><ParameterValue>hush-hush</ParameterValue></member></Parameters>                     <CreationTime>2026-01-01T00:00:00.000Z</CreationTime><StackStatus>UPDATE_COMPLETE</StackStatus>                     <RoleARN>arn:aws:iam::{ACCOUNT}:role/deployer</RoleARN><DisableRollback>false</DisableRollback><Tags/>                     <EnableTerminationProtection>{}</EnableTerminationProtection>                     <DriftInformation><StackDriftStatus>{drift}</StackDriftStatus>{checked}</DriftInformation></member>",
                    ask.region,
                    number == 0
                )
            };
            let stacks: String = page.items.map(stack).collect();
            let next = page.next.map_or_else(String::new, |next| format!("<NextToken>{next}</NextToken>"));
            Some(Reply::ok(format!(
                "<DescribeStacksResponse xmlns=\"http://cloudformation.amazonaws.com/doc/2010-05-15/\"><DescribeStacksResult>                 <Stacks>{stacks}</Stacks>{next}</DescribeStacksResult></DescribeStacksResponse>"
            )))
        }
        _ => None,
    }
}
