//! What a resource takes to another by itself: only where the other lets it, or its role may.

use super::survey::{Survey, and};
use crate::{
    iam::{Caller, Decision, Keyring, Named, Outcome, PolicySet, Request, decide, own_policy},
    model::{Arn, Function, Gap, find},
    paths::{Edge, Node, edge::Proof},
};

/// As whom something is taken on.
#[derive(Debug, Clone, Copy)]
pub(super) enum As<'t> {
    /// A service, for the resource with this ARN.
    Service(&'static str, &'t Arn),
    /// A role of the account.
    Role(&'t Arn),
}

/// Something that is taken from one resource to another.
#[derive(Debug)]
pub(super) struct Trigger<'t> {
    pub(super) from: Node,
    pub(super) by: As<'t>,
    /// The target, which may be a version or an alias of a function.
    pub(super) target: &'t Arn,
    pub(super) technique: &'static str,
    /// What says that it is the target.
    pub(super) proof: Proof,
    pub(super) condition: Option<String>,
}

/// Whether something arrives.
#[derive(Debug)]
pub(super) enum Delivery {
    Yes { action: Option<&'static str>, condition: Option<String>, proof: Vec<Proof> },
    No,
    Unknown(Gap),
}

impl Survey<'_, '_> {
    /// Adds the step, if the target is the account's and lets it; hides the target, if that is not known.
    pub(super) fn deliver(&mut self, trigger: Trigger<'_>) {
        let to = trigger.target.unqualified();
        match self.delivery(trigger.by, trigger.target) {
            Delivery::Yes { action, condition, proof } => {
                let edge = Edge {
                    actions: action.into_iter().map(str::to_owned).collect(),
                    condition: and(trigger.condition, condition),
                    proof: std::iter::once(trigger.proof).chain(proof).collect(),
                    ..Edge::relay(trigger.from, &to, trigger.technique)
                };
                self.push(edge);
            }
            Delivery::No => {}
            Delivery::Unknown(gap) => self.hide(&to, gap),
        }
    }

    /// Whether `by` can hand something to `target`.
    pub(super) fn delivery(&self, by: As<'_>, target: &Arn) -> Delivery {
        // What another account lets in is not known here, and leads nowhere in this one.
        if target.account() != self.home() {
            return Delivery::No;
        }
        match (by, action(target)) {
            (As::Service(service, source), Some(action)) => self.by_service(service, source, action, target),
            (As::Role(role), Some(action)) => self.by_role(role, action, target),
            // Nothing that a stranger's words could start.
            (_, None) => Delivery::No,
        }
    }

    fn by_service(&self, service: &'static str, source: &Arn, action: &'static str, target: &Arn) -> Delivery {
        let own = match self.own_policy(target) {
            Ok(Some(own)) => own,
            Ok(None) => return Delivery::No,
            Err(gap) => return Delivery::Unknown(gap),
        };
        let request = Request {
            resource_account: Some(self.home().to_owned()),
            context: self.context(service, source),
            ..Request::new(Caller::Service(service.to_owned()), action, target.as_str())
        };
        told(decide(&request, &PolicySet { resource: Some(own), ..PolicySet::default() }), action)
    }

    fn by_role(&self, role: &Arn, action: &'static str, target: &Arn) -> Delivery {
        if self.posture.role(role).is_none() {
            return self.posture.identity.roles.gap.clone().map_or(Delivery::No, Delivery::Unknown);
        }
        match self.account.can(&Caller::Principal(role.as_str().to_owned()), action, target.as_str(), &[]) {
            Ok(decision) => told(decision, action),
            Err(gap) => Delivery::Unknown(gap),
        }
    }

    /// The policy of `target`; what is not there although the list is whole has none, and takes nothing.
    fn own_policy(&self, target: &Arn) -> Result<Option<Named>, Gap> {
        let Some(region) = self.posture.regions.get(target.region()) else { return Err(Gap::unread("")) };
        let (is_there, gap) = match target.service() {
            "lambda" => (self.posture.function(&target.unqualified()).is_some(), &region.functions.gap),
            "sqs" => (find(&region.queues, target).is_some(), &region.queues.gap),
            "sns" => (find(&region.topics, target).is_some(), &region.topics.gap),
            "events" => (find(&region.event_buses, target).is_some(), &region.event_buses.gap),
            // What has no policy of its own is called with a role only.
            _ => return Ok(None),
        };
        match (is_there, gap) {
            (true, _) => own_policy(self.posture, self.library, &plain(target)),
            (false, Some(gap)) => Err(gap.clone()),
            (false, None) => Ok(None),
        }
    }

    /// What a service that acts for `source` brings.
    fn context(&self, service: &str, source: &Arn) -> Keyring {
        let mut context = Keyring::unknown()
            .with("aws:SourceArn", source.as_str())
            .with("aws:SourceAccount", self.home())
            .with("aws:SourceOwner", self.home())
            .with("aws:PrincipalIsAWSService", "true")
            .with("aws:PrincipalServiceName", service)
            .with("aws:SecureTransport", "true")
            .with("aws:ViaAWSService", "false")
            .with("aws:ResourceAccount", self.home())
            .without("aws:SourceIp")
            .without("aws:SourceVpc")
            .without("aws:SourceVpce")
            .without("lambda:EventSourceToken")
            .without("lambda:FunctionUrlAuthType")
            .without("lambda:InvokedViaFunctionUrl");
        context.close("aws:Principal");
        if let Ok(organization) = self.posture.governance.organization.known() {
            context = match organization {
                Some(organization) => context.with("aws:SourceOrgID", &*organization.id),
                None => context.without("aws:SourceOrgID"),
            };
        }
        context
    }
}

/// The ARN under which the policy of a qualifier is kept: `$LATEST` is the function itself.
fn plain(target: &Arn) -> Arn {
    match target.as_str().strip_suffix(Function::UNQUALIFIED).and_then(|rest| rest.strip_suffix(':')) {
        Some(function) => Arn::new(function),
        None => target.clone(),
    }
}

/// What hands something to a resource like `target`.
fn action(target: &Arn) -> Option<&'static str> {
    Some(match target.service() {
        "lambda" if target.resource().starts_with("function:") => "lambda:InvokeFunction",
        "sqs" => "sqs:SendMessage",
        "sns" => "sns:Publish",
        "states" => "states:StartExecution",
        "kinesis" => "kinesis:PutRecord",
        "events" => "events:PutEvents",
        _ => return None,
    })
}

fn told(decision: Decision, action: &'static str) -> Delivery {
    match decision.outcome {
        Outcome::Allowed | Outcome::Conditional => Delivery::Yes {
            action: Some(action),
            condition: decision.condition.filter(|_| decision.outcome == Outcome::Conditional),
            proof: decision.proof.iter().filter(|proof| proof.statement.is_allow()).map(Proof::permission).collect(),
        },
        Outcome::ImplicitlyDenied | Outcome::ExplicitlyDenied => Delivery::No,
    }
}
