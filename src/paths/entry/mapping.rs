//! What reads from queues, streams and tables, and from what it starts on its own: event source mappings, pipes, state machines.

use super::{
    delivery::{As, Trigger},
    survey::Survey,
};
use crate::{
    model::{Arn, EventSourceMapping, Pipe, StateMachine},
    paths::{Edge, Node, edge::Proof},
};

pub(super) fn find(survey: &mut Survey<'_, '_>) {
    for (name, region) in survey.regions() {
        for mapping in survey.items(name, &region.event_source_mappings) {
            by_mapping(survey, mapping);
        }
        for pipe in survey.items(name, &region.pipes) {
            by_pipe(survey, pipe);
        }
        for machine in survey.items(name, &region.state_machines) {
            by_machine(survey, machine);
        }
    }
}

fn by_mapping(survey: &mut Survey<'_, '_>, mapping: &EventSourceMapping) {
    let is_off = matches!(mapping.state.as_str(), "Disabled" | "Disabling" | "Deleting");
    let Some(source) = mapping.source.as_ref().filter(|_| !is_off) else { return };
    let to = mapping.function.unqualified();
    let condition = (mapping.filters > 0).then(|| format!("only if a filter of the event source mapping {} lets it through", mapping.uuid));
    survey.push(Edge {
        condition,
        proof: vec![Proof::field("lambda:ListEventSourceMappings", "EventSourceArn", source.as_str())],
        ..Edge::relay(origin(survey, source), &to, "event-source-mapping")
    });
}

fn by_pipe<'a>(survey: &mut Survey<'_, 'a>, pipe: &'a Pipe) {
    if !matches!(pipe.state.as_str(), "RUNNING" | "STARTING" | "UPDATING") || !pipe.source.starts_with("arn:") {
        return;
    }
    let source = Arn::from(pipe.source.as_str());
    let Some(details) = survey.known(&pipe.arn, &pipe.details) else { return };
    for (target, field) in std::iter::once((&pipe.target, "Target")).chain(pipe.enrichment.iter().map(|arn| (arn, "Enrichment"))) {
        survey.deliver(Trigger {
            from: origin(survey, &source),
            by: As::Role(&details.role),
            target,
            technique: "pipe",
            proof: Proof::field("pipes:DescribePipe", field, target.as_str()),
            condition: None,
        });
    }
}

fn by_machine<'a>(survey: &mut Survey<'_, 'a>, machine: &'a StateMachine) {
    let (Some(configuration), Some(definition)) =
        (survey.known(&machine.arn, &machine.configuration), survey.known(&machine.arn, &machine.definition))
    else {
        return;
    };
    for function in &definition.functions {
        survey.deliver(Trigger {
            from: (&machine.arn).into(),
            by: As::Role(&configuration.role),
            target: function,
            technique: "state-machine",
            proof: Proof::field("states:DescribeStateMachine", "definition", function.as_str()),
            condition: None,
        });
    }
}

/// Who says what comes out of `source`: whoever writes it, or the account that owns it. A stream of a table is the table's, a
/// consumer of a stream the stream's.
fn origin(survey: &Survey<'_, '_>, source: &Arn) -> Node {
    if survey.is_foreign(source.account()) {
        return Node::Account(source.account().into());
    }
    let cut = match source.service() {
        "dynamodb" => source.as_str().split_once("/stream/"),
        "kinesis" => source.as_str().split_once("/consumer/"),
        _ => None,
    };
    cut.map_or_else(|| source.into(), |(whole, _)| Node::Resource(Arn::new(whole)))
}

#[cfg(test)]
mod tests {
    use crate::{
        checks::testing::{role, with_function},
        model::{
            Arn, EventSourceMapping, Fact, FingerprintKey, Gap, HiddenText, Pipe, PipeDetails, Posture, StateMachine,
            StateMachineConfiguration,
        },
        paths::entry::testing::{FUNCTION, gaps, region, steps},
    };

    const INVOKE: &str = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"lambda:InvokeFunction","Resource":"*"}}"#;
    const NOTHING: &str = r#"{"Version":"2012-10-17","Statement":[]}"#;

    fn mapped(source: &str, state: &str) -> Vec<String> {
        let mut posture = with_function(|_| ());
        let arn = Arn::new("arn:aws:lambda:eu-west-1:123456789012:event-source-mapping:1");
        let mut mapping = EventSourceMapping::new(arn, "1", Arn::new(format!("{FUNCTION}:live")));
        mapping.source = Some(Arn::new(source));
        mapping.state = state.to_owned();
        region(&mut posture).event_source_mappings.items.push(mapping);
        steps(&posture)
    }

    #[test]
    fn a_mapping_takes_what_its_source_has() {
        let queue = "arn:aws:sqs:eu-west-1:123456789012:jobs";
        assert_eq!(mapped(queue, "Enabled"), [format!("{queue} -> {FUNCTION} Send event-source-mapping")]);
        let table = "arn:aws:dynamodb:eu-west-1:123456789012:table/orders";
        let stream = mapped(&format!("{table}/stream/2026-01-01T00:00:00.000"), "Enabled");
        assert_eq!(stream, [format!("{table} -> {FUNCTION} Send event-source-mapping")]);
        let foreign = mapped("arn:aws:sqs:eu-west-1:210987654321:jobs", "Enabled");
        assert_eq!(foreign, [format!("account:210987654321 -> {FUNCTION} Send event-source-mapping")]);
    }

    #[test]
    fn a_mapping_that_is_off_takes_nothing() {
        for state in ["Disabled", "Disabling", "Deleting"] {
            assert!(mapped("arn:aws:sqs:eu-west-1:123456789012:jobs", state).is_empty(), "{state}");
        }
    }

    /// A posture with the role of a pipe or a state machine, which holds `policy`.
    fn with(policy: &str) -> (Posture, Arn) {
        let mut posture = with_function(|_| ());
        let role = role("machine", policy);
        let arn = role.arn.clone();
        posture.identity.roles.items.insert(0, role);
        (posture, arn)
    }

    fn piped(policy: &str, state: &str) -> Posture {
        let (mut posture, role) = with(policy);
        let details = PipeDetails {
            role,
            kms_key: None,
            dead_letter_queue: None,
            input: None,
            enrichment_input: None,
            http_parameters: None,
            logging: None,
        };
        region(&mut posture).pipes.items.push(Pipe {
            arn: Arn::new("arn:aws:pipes:eu-west-1:123456789012:pipe/p"),
            name: "p".to_owned(),
            source: "arn:aws:sqs:eu-west-1:123456789012:jobs".to_owned(),
            enrichment: None,
            target: Arn::new(FUNCTION),
            state: state.to_owned(),
            details: Fact::Known(details),
        });
        posture
    }

    #[test]
    fn a_pipe_takes_what_its_role_may() {
        let expected = [format!("arn:aws:sqs:eu-west-1:123456789012:jobs -> {FUNCTION} Send pipe")];
        assert_eq!(steps(&piped(INVOKE, "RUNNING")), expected);
        assert!(steps(&piped(INVOKE, "STOPPED")).is_empty() && steps(&piped(NOTHING, "RUNNING")).is_empty());
        let mut unread = piped(INVOKE, "RUNNING");
        region(&mut unread).pipes.items[0].details = Gap::denied("pipes:DescribePipe", "no").into();
        assert_eq!(gaps(&unread), ["arn:aws:pipes:eu-west-1:123456789012:pipe/p pipes:DescribePipe"]);
        let mut roles = piped(INVOKE, "RUNNING");
        roles.identity.roles = crate::model::Listing::default();
        assert!(steps(&roles).is_empty() && gaps(&roles).iter().any(|gap| gap.starts_with(FUNCTION)), "{:?}", gaps(&roles));
    }

    #[test]
    fn a_state_machine_calls_the_functions_that_its_definition_names() {
        let calling = |policy: &str| {
            let (mut posture, role) = with(policy);
            let arn = Arn::new("arn:aws:states:eu-west-1:123456789012:stateMachine:pay");
            let text = format!(r#"{{"States":{{"A":{{"Type":"Task","Resource":"{FUNCTION}"}}}}}}"#);
            let definition = HiddenText::read(&text, &arn, &FingerprintKey::new([7; 32]));
            let configuration = StateMachineConfiguration {
                status: None,
                role,
                log_level: None,
                logs_execution_data: false,
                log_groups: Vec::new(),
                tracing: false,
                encryption: None,
                kms_key: None,
            };
            region(&mut posture).state_machines.items.push(StateMachine {
                arn,
                name: "pay".to_owned(),
                machine_type: "STANDARD".to_owned(),
                configuration: Fact::Known(configuration),
                definition: Fact::Known(definition),
            });
            posture
        };
        assert_eq!(
            steps(&calling(INVOKE)),
            [format!("arn:aws:states:eu-west-1:123456789012:stateMachine:pay -> {FUNCTION} Send state-machine")]
        );
        assert!(steps(&calling(NOTHING)).is_empty());
        let mut unread = calling(INVOKE);
        region(&mut unread).state_machines.items[0].definition = Gap::denied("states:DescribeStateMachine", "no").into();
        assert_eq!(gaps(&unread), ["arn:aws:states:eu-west-1:123456789012:stateMachine:pay states:DescribeStateMachine"]);
    }
}
