//! Where a function's results go, and what it could not handle: destinations, dead letters and redriven messages.

use super::{
    delivery::{As, Trigger},
    survey::Survey,
};
use crate::{
    model::{Function, Queue},
    paths::{Edge, edge::Proof},
};

pub(super) fn find(survey: &mut Survey<'_, '_>) {
    for (_, region) in survey.regions() {
        // What the lists lack is told elsewhere.
        for function in &region.functions.items {
            of_function(survey, function);
        }
        for queue in &region.queues.items {
            of_queue(survey, queue);
        }
    }
}

fn of_function<'a>(survey: &mut Survey<'_, 'a>, function: &'a Function) {
    let succeeds = "only if it is invoked asynchronously and succeeds";
    let fails = "only if it is invoked asynchronously and fails";
    let dead = function.dead_letter.iter().map(|arn| (arn, "DeadLetterConfig", fails));
    let configured = function.event_invoke.known().into_iter().flatten().flat_map(|config| {
        let success = config.on_success.iter().map(|arn| (arn, "OnSuccess", succeeds));
        success.chain(config.on_failure.iter().map(|arn| (arn, "OnFailure", fails)))
    });
    for (target, field, condition) in dead.chain(configured) {
        survey.deliver(Trigger {
            from: (&function.arn).into(),
            by: As::Role(&function.role),
            target,
            technique: "function-destination",
            proof: Proof::field("lambda:ListFunctionEventInvokeConfigs", field, target.as_str()),
            condition: Some(condition.to_owned()),
        });
    }
}

fn of_queue(survey: &mut Survey<'_, '_>, queue: &Queue) {
    let Ok(attributes) = queue.attributes.known() else { return };
    let Some(dead) = attributes.dead_letter_queue.as_ref().filter(|dead| dead.account() == survey.home()) else { return };
    survey.push(Edge {
        condition: Some("only if nobody can handle the message".to_owned()),
        proof: vec![Proof::field("sqs:GetQueueAttributes", "RedrivePolicy", dead.as_str())],
        ..Edge::relay(&queue.arn, dead, "queue-redrive")
    });
}

#[cfg(test)]
mod tests {
    use crate::{
        checks::testing::with_role,
        model::{Arn, EventInvokeConfig, Fact},
        paths::entry::testing::{FUNCTION, empty, queue, region, steps},
    };

    const NEXT: &str = "arn:aws:lambda:eu-west-1:123456789012:function:next";

    #[test]
    fn a_result_goes_where_the_role_may_take_it() {
        let with = |policy: &str| {
            let mut posture = with_role(policy);
            let function = &mut region(&mut posture).functions.items[0];
            function.event_invoke = Fact::Known(vec![EventInvokeConfig {
                qualifier: "$LATEST".to_owned(),
                on_success: Some(Arn::new(NEXT)),
                on_failure: None,
                retry_attempts: None,
                event_age_seconds: None,
            }]);
            steps(&posture)
        };
        let invoke = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"lambda:InvokeFunction","Resource":"*"}}"#;
        let words = "only if it is invoked asynchronously and succeeds";
        assert_eq!(with(invoke), [format!("{FUNCTION} -> {NEXT} Send function-destination {words}")]);
        assert!(with(r#"{"Version":"2012-10-17","Statement":[]}"#).is_empty());
    }

    #[test]
    fn what_nobody_handles_goes_to_the_dead_letters() {
        let mut posture = empty();
        let mut jobs = queue("jobs", None);
        jobs.attributes.known_mut().expect("attributes").dead_letter_queue = Some(queue("dead", None).arn);
        let from = jobs.arn.clone();
        region(&mut posture).queues.items = vec![jobs];
        let dead = queue("dead", None).arn;
        assert_eq!(steps(&posture), [format!("{from} -> {dead} Send queue-redrive only if nobody can handle the message")]);
    }
}
