//! Where events of AWS go: which rules take them, and whether anything is behind those.

use serde_json::Value;

use super::{Context, Evidence, event_pattern::EventPattern};
use crate::{
    iam::{Caller, Keyring, Outcome, PolicySet, Request, decide, own_policy},
    model::{Arn, EventRule, EventTarget, Gap, Listing, Region, Resource, find},
};

/// The rules of a Region that let events of AWS through to somebody.
pub(super) struct Routes<'a> {
    rules: Vec<(&'a EventRule, EventPattern)>,
    gap: Option<Gap>,
}

impl<'a> Routes<'a> {
    /// Those of `region` that people made: what AWS keeps for itself tells nobody.
    pub(super) fn new(region: &'a Region) -> Self {
        let own = region.event_rules.items.iter().filter(|rule| rule.is_enabled() && rule.managed_by.is_none() && on_default_bus(rule));
        let rules = own.filter_map(|rule| Some((rule, EventPattern::read(rule.pattern.as_deref()?)?))).collect();
        Self { rules, gap: region.event_rules.gap.clone() }
    }

    /// Whether `event` comes to somebody.
    ///
    /// # Errors
    /// The gap, when that depends on what is not known.
    pub(super) fn lead(&self, context: &Context<'_>, event: &Value) -> Result<bool, Gap> {
        let mut gap = self.gap.clone();
        for (rule, _) in self.rules.iter().filter(|(_, pattern)| pattern.takes(event)) {
            match rule.targets.known() {
                Ok(targets) => {
                    for target in targets {
                        match obstacle(context, rule, target) {
                            Ok(None) => return Ok(true),
                            Ok(Some(_)) => {}
                            Err(why) => _ = gap.get_or_insert(why),
                        }
                    }
                }
                Err(why) => _ = gap.get_or_insert(why.clone()),
            }
        }
        gap.map_or(Ok(false), Err)
    }
}

/// Whether `rule` listens where AWS's own events are.
pub(super) fn on_default_bus(rule: &EventRule) -> bool {
    rule.bus.rsplit("event-bus/").next() == Some("default")
}

/// What keeps a target from doing its work.
pub(super) struct Obstacle {
    /// In words, such as `queue alerts is gone`.
    pub(super) what: String,
    pub(super) evidence: Evidence,
    /// Whether all that is missing is leave for EventBridge.
    pub(super) is_permission: bool,
}

impl Obstacle {
    fn new(what: String, evidence: Evidence) -> Self {
        Self { what, evidence, is_permission: false }
    }
}

/// What keeps `target` from getting what `rule` takes, if anything. What is in another account, or of a kind that was not read,
/// counts as alive.
///
/// # Errors
/// The gap, when it depends on what is not known.
pub(super) fn obstacle(context: &Context<'_>, rule: &EventRule, target: &EventTarget) -> Result<Option<Obstacle>, Gap> {
    let arn = &target.arn;
    if arn.account() != context.posture.account {
        return Ok(None);
    }
    let Some(region) = context.posture.regions.get(arn.region()) else { return Ok(None) };
    let (found, action) = match arn.service() {
        "lambda" => (stopped_function(context, region, arn)?, "lambda:InvokeFunction"),
        "sqs" => (gone(&region.queues, arn, "queue")?, "sqs:SendMessage"),
        "sns" => (deserted_topic(region, arn)?, "sns:Publish"),
        "states" => return gone(&region.state_machines, arn, "state machine"),
        _ => return Ok(None),
    };
    // With a role of its own the target asks the role.
    if found.is_some() || target.role.is_some() {
        return Ok(found);
    }
    forbidden(context, rule, arn, action)
}

fn listed(target: &Arn) -> Evidence {
    Evidence::field("events:ListTargetsByRule", "Arn", target.as_str())
}

fn gone<T: Resource>(list: &Listing<T>, arn: &Arn, what: &str) -> Result<Option<Obstacle>, Gap> {
    match (find(list, arn), &list.gap) {
        (Some(_), _) => Ok(None),
        (None, Some(gap)) => Err(gap.clone()),
        (None, None) => Ok(Some(Obstacle::new(format!("{what} {} is gone", arn.name()), listed(arn)))),
    }
}

fn stopped_function(context: &Context<'_>, region: &Region, arn: &Arn) -> Result<Option<Obstacle>, Gap> {
    let name = arn.unqualified();
    let Some(function) = context.posture.function(&name) else { return gone(&region.functions, &name, "function") };
    if function.reserved_concurrency.known()? == &Some(0) {
        let evidence = Evidence::field("lambda:GetFunction", "Concurrency.ReservedConcurrentExecutions", "0");
        return Ok(Some(Obstacle::new(format!("function {} is stopped", function.name), evidence)));
    }
    let failed = function.state.known()?.state == "Failed";
    let evidence = || Evidence::field("lambda:GetFunction", "State", "Failed");
    Ok(failed.then(|| Obstacle::new(format!("function {} has failed", function.name), evidence())))
}

fn deserted_topic(region: &Region, arn: &Arn) -> Result<Option<Obstacle>, Gap> {
    if let Some(gone) = gone(&region.topics, arn, "topic")? {
        return Ok(Some(gone));
    }
    if region.subscriptions.items.iter().any(|subscription| subscription.topic == *arn) {
        return Ok(None);
    }
    region.subscriptions.all()?;
    let evidence = Evidence::field("sns:ListSubscriptions", "Subscriptions", format!("none of {arn}"));
    Ok(Some(Obstacle::new(format!("nobody is subscribed to topic {}", arn.name()), evidence)))
}

/// That the resource's own policy does not let EventBridge in for `rule`, if so.
fn forbidden(context: &Context<'_>, rule: &EventRule, arn: &Arn, action: &'static str) -> Result<Option<Obstacle>, Gap> {
    let own = own_policy(context.posture, &context.library, arn)?;
    let account = &context.posture.account;
    let service = "events.amazonaws.com";
    let keys = Keyring::unknown()
        .with("aws:SourceArn", rule.arn.as_str())
        .with("aws:SourceAccount", account.as_str())
        .with("aws:PrincipalIsAWSService", "true")
        .with("aws:PrincipalServiceName", service)
        .with("aws:SecureTransport", "true")
        .without("lambda:FunctionUrlAuthType")
        .without("lambda:InvokedViaFunctionUrl");
    let request = Request {
        resource_account: Some(account.clone()),
        context: keys,
        ..Request::new(Caller::Service(service.to_owned()), action, arn.as_str())
    };
    let decision = decide(&request, &PolicySet { resource: own, ..PolicySet::default() });
    if matches!(decision.outcome, Outcome::Allowed | Outcome::Conditional) {
        return Ok(None);
    }
    let what = format!("EventBridge may not hand anything to {}", arn.name());
    Ok(Some(Obstacle { is_permission: true, ..Obstacle::new(what, listed(arn)) }))
}

/// Events by which the services that look for attacks tell of a serious finding on a function.
pub(super) mod finding {
    use serde_json::{Value, json};

    /// What GuardDuty sends.
    pub(in crate::checks) fn of_guardduty(account: &str, region: &str) -> Value {
        json!({
            "source": "aws.guardduty", "detail-type": "GuardDuty Finding", "account": account, "region": region,
            "detail": {
                "severity": 8, "type": "Backdoor:Lambda/C&CActivity.B", "accountId": account, "region": region,
                "resource": { "resourceType": "Lambda" }, "service": { "serviceName": "guardduty", "archived": false },
            },
        })
    }

    /// What Inspector sends.
    pub(in crate::checks) fn of_inspector(account: &str, region: &str) -> Value {
        json!({
            "source": "aws.inspector2", "detail-type": "Inspector2 Finding", "account": account, "region": region,
            "detail": { "severity": "HIGH", "status": "ACTIVE", "awsAccountId": account, "resources": [{ "type": "AWS_LAMBDA_FUNCTION" }] },
        })
    }

    /// What Security Hub sends of what others found.
    pub(in crate::checks) fn of_security_hub(account: &str, region: &str) -> Value {
        json!({
            "source": "aws.securityhub", "detail-type": "Security Hub Findings - Imported", "account": account, "region": region,
            "detail": { "findings": [{
                "ProductName": "GuardDuty", "RecordState": "ACTIVE", "AwsAccountId": account, "Region": region,
                "Severity": { "Label": "HIGH", "Normalized": 70 }, "Workflow": { "Status": "NEW" }, "WorkflowState": "NEW",
                "Resources": [{ "Type": "AwsLambdaFunction" }],
            }] },
        })
    }
}

#[cfg(test)]
pub(super) mod testing {
    use crate::{
        checks::testing::{ACCOUNT, REGION},
        model::{Arn, EventRule, EventTarget, Fact, PolicyText, Posture, Subscription, SubscriptionEndpoint, Topic, TopicAttributes},
    };

    /// The ARN of the topic that [`alert`] sends to.
    pub(in crate::checks) fn topic() -> Arn {
        Arn::build("aws", "sns", REGION, ACCOUNT, "alerts")
    }

    /// A rule of the default bus with one target.
    pub(in crate::checks) fn rule(name: &str, pattern: &str, target: Arn) -> EventRule {
        EventRule {
            arn: Arn::build("aws", "events", REGION, ACCOUNT, &format!("rule/{name}")),
            name: name.to_owned(),
            bus: "default".to_owned(),
            pattern: Some(pattern.to_owned()),
            schedule: None,
            state: "ENABLED".to_owned(),
            role: None,
            managed_by: None,
            targets: Fact::Known(vec![EventTarget {
                id: "1".to_owned(),
                arn: target,
                role: None,
                dead_letter_queue: Some(Arn::build("aws", "sqs", REGION, ACCOUNT, "letters")),
                retries: None,
                input: None,
                http_parameters: None,
            }]),
        }
    }

    /// Lets a rule with `pattern` tell a topic to which somebody is subscribed.
    pub(in crate::checks) fn alert(posture: &mut Posture, pattern: &str) {
        let region = posture.regions.entry(REGION.to_owned()).or_default();
        let policy = format!(
            r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Allow","Principal":{{"Service":"events.amazonaws.com"}},"Action":"sns:Publish","Resource":"{}","Condition":{{"StringEquals":{{"aws:SourceAccount":"{ACCOUNT}"}}}}}}]}}"#,
            topic()
        );
        let attributes = TopicAttributes { policy: Some(PolicyText::new(policy)), kms_key: Some("alias/alerts".to_owned()) };
        region.topics.items.push(Topic { arn: topic(), attributes: Fact::Known(attributes) });
        region.subscriptions.items.push(Subscription {
            arn: Arn::new(format!("{}:0f3c9b7e", topic())),
            topic: topic(),
            owner: ACCOUNT.to_owned(),
            protocol: "https".to_owned(),
            endpoint: SubscriptionEndpoint::Host("events.example.com".to_owned()),
        });
        region.event_rules.items.push(rule("alerts", pattern, topic()));
    }
}
