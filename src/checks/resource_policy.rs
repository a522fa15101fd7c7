//! What the checks on policies of queues, topics, buckets, buses, tables, streams and secrets share: whom they let in
//! who should not be, and the way to shut him out again.

use super::{
    Context, Evidence,
    permission::{self, Stranger},
};
use crate::{
    iam::{Audience, Document, Reach, Statement, audience},
    model::{Arn, Gap, PolicyText},
    remedy::{Call, Plan},
};

/// What stands for a name that a pattern leaves open.
const SOMETHING: &str = "palisade";

/// Somebody whom a policy lets in and who is not of the account, nor trusted.
#[derive(Debug, Clone)]
pub(super) struct Opening {
    /// The grant.
    pub(super) reach: Reach,
    /// Who it is: `anyone`, `account 210987654321`.
    pub(super) who: String,
    /// Whether it is everybody on the internet or in AWS.
    pub(super) public: bool,
    /// Whether it is a service that acts for whoever asks it to.
    pub(super) deputy: bool,
}

/// The openings of a policy, the widest first, and why there may be more.
#[derive(Debug, Clone, Default)]
pub(super) struct Openings {
    pub(super) found: Vec<Opening>,
    pub(super) gap: Option<Gap>,
}

impl Openings {
    /// Takes in the openings of another policy.
    pub(super) fn and(mut self, other: Self) -> Self {
        self.found.extend(other.found);
        self.found.sort_by_key(|opening| !opening.public);
        self.gap = self.gap.or(other.gap);
        self
    }

    /// Nothing is known because of `gap`.
    pub(super) fn unknown(gap: Gap) -> Self {
        Self { found: Vec::new(), gap: Some(gap) }
    }

    /// The statements that open, each once, as `source` gave them.
    pub(super) fn evidence(&self, source: &'static str, policy: &str) -> Vec<Evidence> {
        let mut all: Vec<Evidence> = Vec::new();
        for opening in &self.found {
            let one = Evidence::statement(source, policy, &opening.reach.statement);
            if !all.contains(&one) {
                all.push(one);
            }
        }
        all
    }
}

/// Whom `policy` of `resource` lets do any of `actions` who is a stranger.
pub(super) fn openings(context: &Context<'_>, policy: &PolicyText, actions: &[&str], resource: &Arn) -> Openings {
    match context.library.document(policy) {
        Ok(document) => in_document(context, document, actions, resource),
        Err(gap) => Openings::unknown(gap),
    }
}

/// Like [`openings`], for what lies in `bucket`: of its objects, those that the statements speak of.
pub(super) fn openings_of_objects(context: &Context<'_>, policy: &PolicyText, actions: &[&str], bucket: &Arn) -> Openings {
    let document = match context.library.document(policy) {
        Ok(document) => document,
        Err(gap) => return Openings::unknown(gap),
    };
    let beginning = format!("{bucket}/");
    let mut objects = vec![format!("{beginning}{SOMETHING}")];
    let patterns = document.statements.iter().filter(|statement| statement.is_allow() && !statement.is_not_resource());
    for pattern in patterns.flat_map(|statement| statement.resources()).filter(|pattern| pattern.starts_with(&beginning)) {
        let object = pattern.replace('*', SOMETHING).replace('?', "x");
        if !objects.contains(&object) {
            objects.push(object);
        }
    }
    let mut all = Openings::default();
    for object in objects {
        for opening in in_document(context, document, actions, &Arn::new(object)).found {
            let same = |known: &Opening| known.who == opening.who && known.reach.statement.pointer() == opening.reach.statement.pointer();
            if !all.found.iter().any(same) {
                all.found.push(opening);
            }
        }
    }
    all
}

fn in_document(context: &Context<'_>, document: &Document, actions: &[&str], resource: &Arn) -> Openings {
    let mut all = Openings::default();
    for reach in audience(document, actions, resource) {
        let (who, public, deputy) = match &reach.audience {
            Audience::Anyone => ("anyone".to_owned(), true, false),
            Audience::AnyAccount => ("any AWS account".to_owned(), true, false),
            Audience::Service { name, bound: false } => (format!("{name} on behalf of any account"), false, true),
            other => match permission::stranger(context, other) {
                Stranger::No => continue,
                Stranger::Yes(who) => (who, false, false),
                Stranger::MaybeOwn(id) => {
                    all.gap.get_or_insert_with(|| permission::maybe_own(&id));
                    continue;
                }
            },
        };
        all.found.push(Opening { reach, who, public, deputy });
    }
    all.found.sort_by_key(|opening| !opening.public);
    all
}

/// The openings' names for a sentence, each once and not more than three.
pub(super) fn names(openings: &[Opening]) -> String {
    let mut names: Vec<&str> = Vec::new();
    for opening in openings {
        if !names.contains(&opening.who.as_str()) {
            names.push(&opening.who);
        }
    }
    let more = if names.len() > 3 { format!(" and {} more", names.len() - 3) } else { String::new() };
    names.truncate(3);
    format!("{}{more}", names.join(", "))
}

/// Takes the statements that let strangers in out of the policy of `resource`, and puts the policy back to undo it.
///
/// A statement for a service that acts for anybody is only bound: taken out, it would stop what it is there for.
pub(super) fn shut(context: &Context<'_>, mut plan: Plan, resource: &Arn, region: &str, policy: &PolicyText, openings: &[Opening]) -> Plan {
    let Ok(document) = context.library.document(policy) else { return plan };
    let taken: Vec<&Statement> = openings.iter().filter(|opening| !opening.deputy).map(|opening| &*opening.reach.statement).collect();
    for opening in openings.iter().filter(|opening| opening.deputy) {
        let statement = opening.reach.statement.sid.as_deref().map_or_else(|| opening.reach.statement.pointer(), str::to_owned);
        plan = plan.step(format!(
            "In the policy of {}, bind the statement {statement} with aws:SourceAccount {} and the aws:SourceArn it is meant for",
            resource.name(),
            context.posture.account
        ));
    }
    if taken.is_empty() {
        return plan;
    }
    let is_taken = |statement: &Statement| taken.iter().any(|taken| taken.pointer() == statement.pointer());
    let rest: Vec<String> = document.statements.iter().filter(|statement| !is_taken(statement)).map(|statement| statement.json()).collect();
    let rest = (!rest.is_empty()).then(|| format!(r#"{{"Version":"2012-10-17","Statement":[{}]}}"#, rest.join(",")));
    if let Some(call) = put(context, resource, region, rest.as_deref()) {
        plan = plan.step(call);
    }
    if let Some(call) = put(context, resource, region, Some(policy.as_str())) {
        plan = plan.undo(call);
    }
    plan
}

/// The call that gives `resource` the `policy`, or takes it away.
pub(super) fn put(context: &Context<'_>, resource: &Arn, region: &str, policy: Option<&str>) -> Option<Call> {
    let call = |service: &'static str, operation: &'static str| Call::new(service, operation, region);
    let arn = resource.as_str();
    Some(match (resource.service(), policy) {
        ("sqs", policy) => {
            let queues = &context.posture.regions.get(region)?.queues.items;
            let queue = queues.iter().find(|queue| queue.arn == *resource)?;
            let attributes = serde_json::json!({ "Policy": policy.unwrap_or_default() });
            call("sqs", "set-queue-attributes").with("queue-url", &queue.url).with("attributes", attributes.to_string())
        }
        ("sns", policy) => {
            // A topic has always a policy: the one that it was made with lets its owner in.
            let owner = || {
                let account = &context.posture.account;
                format!(
                    r#"{{"Version":"2012-10-17","Statement":[{{"Sid":"owner","Effect":"Allow","Principal":{{"AWS":"{account}"}},"Action":["sns:Publish","sns:Subscribe","sns:GetTopicAttributes","sns:SetTopicAttributes"],"Resource":"{arn}"}}]}}"#
                )
            };
            let value = policy.map_or_else(owner, str::to_owned);
            let call = call("sns", "set-topic-attributes").with("topic-arn", arn);
            call.with("attribute-name", "Policy").with("attribute-value", value)
        }
        ("s3", Some(policy)) => call("s3api", "put-bucket-policy").with("bucket", resource.name()).with("policy", policy),
        ("s3", None) => call("s3api", "delete-bucket-policy").with("bucket", resource.name()),
        ("events", Some(policy)) => call("events", "put-permission").with("event-bus-name", resource.name()).with("policy", policy),
        ("events", None) => call("events", "remove-permission").with("event-bus-name", resource.name()).flag("remove-all-permissions"),
        ("dynamodb", Some(policy)) => call("dynamodb", "put-resource-policy").with("resource-arn", arn).with("policy", policy),
        ("dynamodb", None) => call("dynamodb", "delete-resource-policy").with("resource-arn", arn),
        ("kinesis", Some(policy)) => call("kinesis", "put-resource-policy").with("resource-arn", arn).with("policy", policy),
        ("kinesis", None) => call("kinesis", "delete-resource-policy").with("resource-arn", arn),
        ("secretsmanager", Some(policy)) => {
            call("secretsmanager", "put-resource-policy").with("secret-id", arn).with("resource-policy", policy)
        }
        ("secretsmanager", None) => call("secretsmanager", "delete-resource-policy").with("secret-id", arn),
        _ => return None,
    })
}
