//! Organizations: the organization of the account, and the policies that bear on it from above.

use std::collections::{BTreeMap, BTreeSet};

use futures::{FutureExt, future::BoxFuture};
use serde::Deserialize;
use serde_json::json;

use super::{
    Collector, Depth, Operation, Scope,
    accounts::SERVICE,
    gap::Failure,
    pacer::Quota,
    pages::{Page, whole},
    reader::Reader,
    wire::Wire,
};
use crate::model::{Arn, ControlPolicy, Fact, Gap, Governance, Learnt, LevelKind, Organization, OrganizationLevel, PolicyText, Source};

/// Organizations has quotas for each operation, which the whole organization shares: two a second leaves most of them.
static QUOTA: Quota = Quota::new("organizations", 2);

static DESCRIBE_ORGANIZATION: Operation = Operation::new("organizations:DescribeOrganization", &QUOTA).of(&SERVICE);
static LIST_PARENTS: Operation =
    Operation::new("organizations:ListParents", &QUOTA).of(&SERVICE).calls(|at| levels(&at.posture.governance).saturating_sub(1));
static LIST_POLICIES: Operation =
    Operation::new("organizations:ListPoliciesForTarget", &QUOTA).of(&SERVICE).calls(|at| 2 * levels(&at.posture.governance));
static DESCRIBE_POLICY: Operation = Operation::new("organizations:DescribePolicy", &QUOTA)
    .of(&SERVICE)
    .calls(|at| at.posture.governance.organization_chain.known().map_or(0, |chain| policies(chain).len() as u64));

pub(super) static COLLECTOR: Collector = Collector {
    source: Source::Organizations,
    scope: Scope::Global,
    operations: &[&DESCRIBE_ORGANIZATION, &LIST_PARENTS, &LIST_POLICIES, &DESCRIBE_POLICY],
    run,
};

fn levels(governance: &Governance) -> u64 {
    governance.organization_chain.known().map_or(0, |chain| chain.len() as u64)
}

/// AWS takes five organizational units below each other, the root and the account beside them.
const MOST_LEVELS: usize = 7;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Described {
    organization: Said,
}

/// Without the mail address of the management account.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Said {
    id: String,
    arn: Arn,
    master_account_id: String,
    feature_set: String,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Parents {
    parents: Vec<Parent>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Parent {
    id: String,
    #[serde(rename = "Type")]
    kind: String,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Policies {
    policies: Vec<Summary>,
    next_token: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Summary {
    id: String,
    name: String,
    #[serde(default)]
    aws_managed: bool,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct PolicyAnswer {
    policy: Policy,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Policy {
    content: String,
}

fn run(reader: &Reader) -> BoxFuture<'_, Vec<Learnt>> {
    async move {
        let wire = &Wire::new(reader, &SERVICE);
        let answer: Result<Described, Failure> = wire.ask(&DESCRIBE_ORGANIZATION, json!({})).await;
        let organization = match answer {
            Ok(Described { organization: said }) => Ok(Some(Organization {
                id: said.id,
                arn: said.arn,
                management_account: said.master_account_id,
                feature_set: said.feature_set,
            })),
            Err(failure) if failure.is("AWSOrganizationsNotInUseException") => Ok(None),
            Err(failure) => Err(failure),
        };
        let alone = matches!(organization, Ok(None));
        reader.done(usize::from(matches!(organization, Ok(Some(_)))));
        let organization = reader.fact(organization);
        // Whoever may not know the organization cannot ask what bears on the account either: the same gap.
        let unknown = organization.gap().cloned();
        reader.post(vec![Learnt::Organization(organization)]).await;
        let chain = match unknown {
            _ if alone => Fact::Known(Vec::new()),
            Some(gap) => gap.into(),
            None if reader.depth() == Depth::Core => Fact::unread(LIST_PARENTS.action),
            None => chain(reader, wire).await,
        };
        vec![Learnt::OrganizationChain(chain)]
    }
    .boxed()
}

/// The levels from the root down to the account, with their policies.
async fn chain(reader: &Reader, wire: &Wire<'_>) -> Fact<Vec<OrganizationLevel>> {
    let mut chain = match climb(reader, wire).await {
        Ok(chain) => chain,
        Err(failure) => return reader.gap(failure).into(),
    };
    for level in &mut chain {
        level.service_control = attached(reader, wire, &level.id, "SERVICE_CONTROL_POLICY").await;
        level.resource_control = attached(reader, wire, &level.id, "RESOURCE_CONTROL_POLICY").await;
    }
    let mut documents = BTreeMap::new();
    for id in policies(&chain) {
        let answer: Result<PolicyAnswer, Failure> = wire.ask(&DESCRIBE_POLICY, json!({ "PolicyId": id })).await;
        documents.insert(id, reader.fact(answer.map(|answer| PolicyText::new(answer.policy.content))));
    }
    let facts = chain.iter_mut().flat_map(|level| [&mut level.service_control, &mut level.resource_control]);
    for policy in facts.filter_map(Fact::known_mut).flatten() {
        if let Some(document) = documents.get(&policy.id) {
            policy.document = document.clone();
        }
    }
    Fact::Known(chain)
}

/// The account, what it is in, and so on up to the root; the root comes first.
async fn climb(reader: &Reader, wire: &Wire<'_>) -> Result<Vec<OrganizationLevel>, Failure> {
    let mut chain = vec![level(reader.account().to_owned(), LevelKind::Account)];
    while let Some(child) = chain.last().filter(|child| child.kind != LevelKind::Root) {
        if chain.len() >= MOST_LEVELS {
            return Err(LIST_PARENTS.broken("there are more levels than AWS has"));
        }
        let answer: Parents = wire.ask(&LIST_PARENTS, json!({ "ChildId": child.id })).await?;
        // A child has one parent, so there are no pages.
        let parent = answer.parents.into_iter().next().ok_or_else(|| LIST_PARENTS.broken("a level has no parent and is no root"))?;
        let kind = match parent.kind.as_str() {
            "ROOT" => LevelKind::Root,
            "ORGANIZATIONAL_UNIT" => LevelKind::OrganizationalUnit,
            _ => return Err(LIST_PARENTS.broken("a parent is neither a root nor an organizational unit")),
        };
        chain.push(level(parent.id, kind));
    }
    chain.reverse();
    Ok(chain)
}

fn level(id: String, kind: LevelKind) -> OrganizationLevel {
    OrganizationLevel {
        id,
        kind,
        service_control: Fact::unread(LIST_POLICIES.action),
        resource_control: Fact::unread(LIST_POLICIES.action),
    }
}

async fn attached(reader: &Reader, wire: &Wire<'_>, target: &str, filter: &str) -> Fact<Vec<ControlPolicy>> {
    let policies = reader
        .pages(&LIST_POLICIES, |token| async move {
            let params = json!({ "TargetId": target, "Filter": filter, "MaxResults": 20, "NextToken": token });
            let answer: Policies = wire.ask(&LIST_POLICIES, params).await?;
            let policy = |policy: Summary| ControlPolicy {
                id: policy.id,
                name: policy.name,
                aws_managed: policy.aws_managed,
                document: Gap::unread(DESCRIBE_POLICY.action).into(),
            };
            Ok(Page::new(Some(answer.policies.into_iter().map(policy).collect()), answer.next_token))
        })
        .await;
    whole(policies)
}

/// The ids of all policies of `chain`, each once: the same one is often on several levels.
fn policies(chain: &[OrganizationLevel]) -> BTreeSet<String> {
    let facts = chain.iter().flat_map(|level| [&level.service_control, &level.resource_control]);
    facts.filter_map(|fact| fact.known().ok()).flatten().map(|policy| policy.id.clone()).collect()
}
