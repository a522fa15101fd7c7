//! IAM: roles, users, groups and policies, all from `GetAccountAuthorizationDetails`.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_iam::{
    Client, Config,
    types::{self, EntityType},
};
use aws_smithy_types::DateTime;
use futures::{FutureExt, future::BoxFuture};

use super::{Collector, Operation, Scope, gap::Failure, last_accessed, pacer::Quota, pages::Page, reader::Reader};
use crate::model::{Arn, Fact, Gap, GapKind, Group, Learnt, Listing, ManagedPolicy, Policies, PolicyText, Role, Source, Timestamp, User};

/// IAM publishes no quota; five a second and one at a time has been seen to pass.
pub(super) static QUOTA: Quota = Quota::new("iam", 5).in_flight(1);

static DETAILS: Operation = Operation::new("iam:GetAccountAuthorizationDetails", &QUOTA).calls(|at| {
    let identity = &at.posture.identity;
    at.pages(identity.roles.items.len() + identity.users.items.len() + identity.groups.items.len() + identity.policies.items.len(), 100)
});
/// Only for policies that the details left out, which AWS does not do.
static GET_POLICY: Operation = Operation::new("iam:GetPolicy", &QUOTA).calls(|_| 0);
static GET_POLICY_VERSION: Operation = Operation::new("iam:GetPolicyVersion", &QUOTA).calls(|_| 0);

pub(super) static COLLECTOR: Collector = Collector {
    source: Source::Iam,
    scope: Scope::Global,
    operations: &[&DETAILS, &GET_POLICY, &GET_POLICY_VERSION, &last_accessed::GENERATE, &last_accessed::GET],
    run,
};

/// What one page holds, which is some of four lists.
struct Details {
    roles: Option<Vec<types::RoleDetail>>,
    users: Option<Vec<types::UserDetail>>,
    groups: Option<Vec<types::GroupDetail>>,
    policies: Option<Vec<types::ManagedPolicyDetail>>,
}

fn run(reader: &Reader) -> BoxFuture<'_, Vec<Learnt>> {
    async move {
        let config = Config::from(reader.sdk()).to_builder().interceptor(reader.meter()).retry_partition(reader.retries());
        let client = &Client::from_conf(config.build());
        let pages = reader
            .pages(&DETAILS, |token| async move {
                let wanted =
                    [EntityType::Role, EntityType::User, EntityType::Group, EntityType::LocalManagedPolicy, EntityType::AwsManagedPolicy];
                let request = client.get_account_authorization_details().set_filter(Some(wanted.into())).max_items(1000);
                let answer = reader.call(&DETAILS, request.set_marker(token).send()).await?;
                reader.done(answer.role_detail_list().len() + answer.user_detail_list().len() + answer.group_detail_list().len());
                let next = match (answer.is_truncated, answer.marker) {
                    (true, None) => return Err(DETAILS.broken("the answer is truncated and says not where to go on")),
                    (true, marker) => marker,
                    (false, _) => None,
                };
                let page = Details {
                    roles: answer.role_detail_list,
                    users: answer.user_detail_list,
                    groups: answer.group_detail_list,
                    policies: answer.policies,
                };
                Ok(Page::new(Some(vec![page]), next))
            })
            .await;
        learnt(reader, client, pages).await
    }
    .boxed()
}

async fn learnt(reader: &Reader, client: &Client, pages: Listing<Details>) -> Vec<Learnt> {
    let (mut roles, mut users, mut groups, mut policies) = (None, None, None, None);
    for page in pages.items {
        extend(&mut roles, page.roles);
        extend(&mut users, page.users);
        extend(&mut groups, page.groups);
        extend(&mut policies, page.policies);
    }
    let mut roles = reader.converted(&DETAILS, whole(reader, roles, "RoleDetailList", &pages.gap), role);
    let users = reader.converted(&DETAILS, whole(reader, users, "UserDetailList", &pages.gap), user);
    let groups = reader.converted(&DETAILS, whole(reader, groups, "GroupDetailList", &pages.gap), group);

    let in_use: BTreeSet<&Arn> = (roles.items.iter().map(|role| (&role.policies, &role.boundary)))
        .chain(users.items.iter().map(|user| (&user.policies, &user.boundary)))
        .chain(groups.items.iter().map(|group| (&group.policies, &None)))
        .flat_map(|(policies, boundary)| policies.attached.iter().chain(boundary))
        .collect();
    let policies = reader.converted(&DETAILS, whole(reader, policies, "Policies", &pages.gap), managed_policy);
    let mut policies = used(policies, &in_use);
    for policy in policies.items.iter_mut().filter(|policy| policy.document.gap().is_some_and(|gap| gap.kind == GapKind::Unread)) {
        policy.document = reader.fact(default_version(reader, client, &policy.arn).await);
    }
    if reader.last_accessed() {
        let known = vec![Learnt::Policies(policies), Learnt::Roles(roles.clone()), Learnt::Users(users), Learnt::Groups(groups)];
        reader.post(known).await;
        last_accessed::read(reader, client, &mut roles.items).await;
        return vec![Learnt::Roles(roles)];
    }
    vec![Learnt::Policies(policies), Learnt::Roles(roles), Learnt::Users(users), Learnt::Groups(groups)]
}

fn extend<T>(list: &mut Option<Vec<T>>, more: Option<Vec<T>>) {
    if let Some(more) = more {
        list.get_or_insert_with(Vec::new).extend(more);
    }
}

/// A list that no page had is missing, not empty.
fn whole<T>(reader: &Reader, list: Option<Vec<T>>, name: &str, gap: &Option<Gap>) -> Listing<T> {
    match (list, gap) {
        (Some(items), gap) => Listing { items, gap: gap.clone() },
        (None, Some(gap)) => Listing::partial(Vec::new(), gap.clone()),
        (None, None) => Listing::partial(Vec::new(), reader.gap(DETAILS.broken(&format!("the answer has no {name}")))),
    }
}

/// The account's own policies, and those of AWS that somebody holds. One that is held and was not given is still to be read.
fn used(listing: Listing<ManagedPolicy>, in_use: &BTreeSet<&Arn>) -> Listing<ManagedPolicy> {
    let Listing { mut items, gap } = listing;
    items.retain(|policy| policy.arn.account() != "aws" || in_use.contains(&policy.arn));
    let known: BTreeSet<Arn> = items.iter().map(|policy| policy.arn.clone()).collect();
    let missing = in_use.iter().filter(|arn| !known.contains(**arn)).map(|&arn| ManagedPolicy {
        arn: arn.clone(),
        name: arn.name().to_owned(),
        // A list that was cut short may just not have come to it: that is no reason for a call each.
        document: gap.clone().map_or_else(|| Fact::unread(GET_POLICY.action), Fact::from),
    });
    items.extend(missing);
    Listing { items, gap }
}

/// A policy that `GetAccountAuthorizationDetails` left out: some endpoints do so with AWS's own.
async fn default_version(reader: &Reader, client: &Client, arn: &Arn) -> Result<PolicyText, Failure> {
    let answer = reader.call(&GET_POLICY, client.get_policy().policy_arn(arn.as_str()).send()).await?;
    let version = answer.policy.and_then(|policy| policy.default_version_id);
    let version = version.ok_or_else(|| GET_POLICY.broken("the answer has no DefaultVersionId"))?;
    let request = client.get_policy_version().policy_arn(arn.as_str()).version_id(version);
    let answer = reader.call(&GET_POLICY_VERSION, request.send()).await?;
    let text = answer.policy_version.and_then(|version| version.document);
    text.as_deref().map(document).ok_or_else(|| GET_POLICY_VERSION.broken("the answer has no Document"))
}

fn role(role: types::RoleDetail) -> Option<Role> {
    let arn = Arn::new(role.arn?);
    let last_used = match role.role_last_used {
        Some(used) => Fact::Known(used.last_used_date.and_then(time)),
        // AWS always says; an endpoint that does not knows nothing of it.
        None => Gap::new(GapKind::Unread, DETAILS.action, "the answer has no RoleLastUsed").into(),
    };
    Some(Role {
        name: role.role_name.unwrap_or_else(|| arn.name().to_owned()),
        id: role.role_id?,
        created: role.create_date.and_then(time),
        // Without a trust policy the text is no policy, which is what the checks will say of it.
        trust: role.assume_role_policy_document.as_deref().map_or_else(|| PolicyText::from(""), document),
        policies: policies(role.role_policy_list, role.attached_managed_policies),
        boundary: role.permissions_boundary.and_then(|boundary| boundary.permissions_boundary_arn).map(Arn::from),
        tags: tags(role.tags),
        last_used,
        services_used: Role::unasked(),
        arn,
    })
}

fn user(user: types::UserDetail) -> Option<User> {
    let arn = Arn::new(user.arn?);
    Some(User {
        name: user.user_name.unwrap_or_else(|| arn.name().to_owned()),
        policies: policies(user.user_policy_list, user.attached_managed_policies),
        groups: user.group_list.into_iter().flatten().collect(),
        boundary: user.permissions_boundary.and_then(|boundary| boundary.permissions_boundary_arn).map(Arn::from),
        tags: tags(user.tags),
        arn,
    })
}

fn group(group: types::GroupDetail) -> Option<Group> {
    let arn = Arn::new(group.arn?);
    Some(Group {
        name: group.group_name.unwrap_or_else(|| arn.name().to_owned()),
        policies: policies(group.group_policy_list, group.attached_managed_policies),
        arn,
    })
}

fn managed_policy(policy: types::ManagedPolicyDetail) -> Option<ManagedPolicy> {
    let arn = Arn::new(policy.arn?);
    let default = policy.policy_version_list.into_iter().flatten().find(|version| version.is_default_version);
    let document = match default.and_then(|version| version.document) {
        Some(text) => Fact::Known(document(&text)),
        None => Gap::failed(DETAILS.action, "the answer has no default version of the policy").into(),
    };
    // From the ARN: an emulator leaves `PolicyName` out.
    Some(ManagedPolicy { name: arn.name().to_owned(), arn, document })
}

fn policies(inline: Option<Vec<types::PolicyDetail>>, attached: Option<Vec<types::AttachedPolicy>>) -> Policies {
    let inline = inline.into_iter().flatten().map(|policy| {
        // Without a document the text is no policy, which the engine reports as unreadable.
        let text = policy.policy_document.as_deref().map_or_else(|| PolicyText::from(""), document);
        (policy.policy_name.unwrap_or_else(String::new), text)
    });
    let mut attached: Vec<Arn> = attached.into_iter().flatten().filter_map(|policy| policy.policy_arn).map(Arn::from).collect();
    attached.sort();
    Policies { inline: inline.collect(), attached }
}

fn tags(tags: Option<Vec<types::Tag>>) -> BTreeMap<String, String> {
    tags.into_iter().flatten().map(|tag| (tag.key, tag.value)).collect()
}

pub(super) fn time(at: DateTime) -> Option<Timestamp> {
    Timestamp::from_unix(at.secs())
}

/// IAM writes documents percent-encoded (RFC 3986); an endpoint that does not is taken at its word.
fn document(text: &str) -> PolicyText {
    let text = text.trim();
    if text.starts_with('{') { PolicyText::from(text) } else { PolicyText::new(percent_decoded(text)) }
}

fn percent_decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, tail @ ..] = rest {
        let digits = tail.get(..2).and_then(|digits| str::from_utf8(digits).ok());
        match digits.filter(|_| *first == b'%').and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
            Some(byte) => {
                bytes.push(byte);
                rest = tail.get(2..).unwrap_or_default();
            }
            None => {
                bytes.push(*first);
                rest = tail;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn documents_are_decoded_once() {
        assert_eq!(document("%7B%22Sid%22%3A%22a%2Bb%22%7D").as_str(), r#"{"Sid":"a+b"}"#);
        // An encoded per cent sign stays one; a plain document is left alone.
        assert_eq!(document("%7B%22a%22%3A%22100%2525%22%7D").as_str(), r#"{"a":"100%25"}"#);
        assert_eq!(document(r#"{"a":"x%2Fy"}"#).as_str(), r#"{"a":"x%2Fy"}"#);
        assert_eq!(percent_decoded("100%"), "100%");
        assert_eq!(percent_decoded("%zz%C3%A9"), "%zzé");
    }

    #[test]
    fn policies_of_aws_are_kept_when_held_and_missing_ones_are_gaps() {
        let policy = |arn: &str| ManagedPolicy { arn: arn.into(), name: String::new(), document: Fact::Known("{}".into()) };
        let held = Arn::new("arn:aws:iam::aws:policy/Held");
        let lost = Arn::new("arn:aws:iam::aws:policy/Lost");
        let all = Listing::complete(vec![
            policy("arn:aws:iam::aws:policy/Held"),
            policy("arn:aws:iam::aws:policy/Idle"),
            policy("arn:aws:iam::1:policy/own"),
        ]);
        let listing = used(all, &BTreeSet::from([&held, &lost]));
        let names: Vec<&str> = listing.items.iter().map(|policy| policy.arn.name()).collect();
        assert_eq!(names, ["Held", "own", "Lost"]);
        assert!(listing.items[2].document.gap().is_some());
    }
}
