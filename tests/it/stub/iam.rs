//! IAM: forms and XML.

use super::{
    Account, Ask, Asked, Reply, Request, Service,
    account::{ACCOUNT, name},
    protocol::Protocol,
    quota::Quota,
    route,
};

pub(super) static SERVICE: Service = Service { name: "iam", protocol: Protocol::Query, route, quota, answer };

/// The first role.
pub(super) const OWN: [&str; 1] = ["worker"];

fn route(request: &Request) -> Option<Asked> {
    route::query(request, "iam", &["PolicyArn", "RoleName", "UserName", "JobId"])
}

/// IAM publishes none; a bucket for each API, of five a second, is what passes.
fn quota(operation: &str) -> Quota {
    match operation {
        "GetAccountAuthorizationDetails" => Quota::of("iam:GetAccountAuthorizationDetails", 5),
        _ => Quota::of("iam", 5),
    }
}

fn answer(ask: &Ask, account: &Account) -> Option<Reply> {
    Some(Reply::ok(match ask.operation.as_str() {
        "GetAccountAuthorizationDetails" => {
            let page = ask.page(account.size.roles, 100, "MaxItems", "Marker");
            let roles: Vec<String> = page.items.map(role).collect();
            page_of(&roles.concat(), page.next.as_deref())
        }
        "GetPolicy" => "<GetPolicyResponse><GetPolicyResult><Policy><DefaultVersionId>v3</DefaultVersionId></Policy>\
                        </GetPolicyResult></GetPolicyResponse>"
            .to_owned(),
        "GetPolicyVersion" => "<GetPolicyVersionResponse><GetPolicyVersionResult><PolicyVersion><Document>%7B%7D</Document>\
                               </PolicyVersion></GetPolicyVersionResult></GetPolicyVersionResponse>"
            .to_owned(),
        "GenerateServiceLastAccessedDetails" => {
            "<GenerateServiceLastAccessedDetailsResponse><GenerateServiceLastAccessedDetailsResult><JobId>job-1</JobId>\
             </GenerateServiceLastAccessedDetailsResult></GenerateServiceLastAccessedDetailsResponse>"
                .to_owned()
        }
        "GetServiceLastAccessedDetails" => "<GetServiceLastAccessedDetailsResponse><GetServiceLastAccessedDetailsResult>\
                                            <JobStatus>COMPLETED</JobStatus><JobCreationDate>2026-11-01T00:00:00Z</JobCreationDate>\
                                            <ServicesLastAccessed/><IsTruncated>false</IsTruncated>\
                                            </GetServiceLastAccessedDetailsResult></GetServiceLastAccessedDetailsResponse>"
            .to_owned(),
        _ => return None,
    }))
}

fn role(number: usize) -> String {
    let inline = if number < OWN.len() { String::new() } else { inline(number) };
    member(&name(&OWN, "role", number), &inline)
}

/// A policy as roles of functions have them.
fn inline(number: usize) -> String {
    let table = format!("arn:aws:dynamodb:*:{ACCOUNT}:table/table-{number:06}");
    let document = format!(
        r#"{{"Version":"2012-10-17","Statement":[{{"Sid":"Table","Effect":"Allow","Action":["dynamodb:GetItem","dynamodb:PutItem","dynamodb:Query"],"Resource":["{table}","{table}/index/*"]}},{{"Sid":"Logs","Effect":"Allow","Action":["logs:CreateLogStream","logs:PutLogEvents"],"Resource":"arn:aws:logs:*:{ACCOUNT}:log-group:/aws/lambda/*"}}]}}"#
    );
    format!("<member><PolicyName>access</PolicyName><PolicyDocument>{}</PolicyDocument></member>", urlencoding::encode(&document))
}

fn member(role: &str, inline: &str) -> String {
    const TRUST: &str = "%7B%22Version%22%3A%222012-10-17%22%2C%22Statement%22%3A%5B%5D%7D";
    format!(
        "<member><RoleName>{role}</RoleName><RoleId>AROA{role}</RoleId>\
         <Arn>arn:aws:iam::{ACCOUNT}:role/{role}</Arn><Path>/</Path><CreateDate>2026-01-01T00:00:00Z</CreateDate>\
         <AssumeRolePolicyDocument>{TRUST}</AssumeRolePolicyDocument>\
         <RolePolicyList>{inline}</RolePolicyList><AttachedManagedPolicies/><Tags/><RoleLastUsed/></member>"
    )
}

fn page_of(roles: &str, next: Option<&str>) -> String {
    let more = match next {
        Some(marker) => format!("<IsTruncated>true</IsTruncated><Marker>{marker}</Marker>"),
        None => "<IsTruncated>false</IsTruncated>".to_owned(),
    };
    format!(
        "<GetAccountAuthorizationDetailsResponse xmlns=\"https://iam.amazonaws.com/doc/2010-05-08/\"><GetAccountAuthorizationDetailsResult>\
         <UserDetailList/><GroupDetailList/><RoleDetailList>{roles}</RoleDetailList><Policies/>{more}\
         </GetAccountAuthorizationDetailsResult></GetAccountAuthorizationDetailsResponse>"
    )
}

/// A page of `GetAccountAuthorizationDetails` with one role.
pub(crate) fn details(role: &str, next: Option<&str>) -> String {
    page_of(&member(role, ""), next)
}
