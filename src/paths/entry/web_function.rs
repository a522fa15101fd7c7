//! Web Functions with an endpoint that lets everyone in, and those whose policies name outsiders.

use super::{
    outsider::{Ask, Front},
    survey::Survey,
};
use crate::{
    model::{WebFunction, WebFunctionEndpoint, WebFunctionSettings},
    paths::{Edge, Grip, Node, edge::Proof},
};

const READ: &str = "lambda:ListWebFunctionEndpoints";

const INVOKE: Ask =
    Ask { actions: &["lambda:Invoke*"], gives: Grip::Send, technique: "web-function-policy", front: Front::Signed, deputies: false };

pub(super) fn find(survey: &mut Survey<'_, '_>) {
    for (name, region) in survey.regions() {
        for function in survey.items(name, &region.web_functions) {
            if let Some(endpoints) = survey.known(&function.arn, &function.endpoints) {
                endpoints.iter().for_each(|endpoint| by_endpoint(survey, function, endpoint));
            }
            let Some(document) = survey.policy(&function.arn, &function.policy) else { continue };
            let edges = survey.admitted("function policy", document, &function.arn, &function.arn, &INVOKE);
            edges.into_iter().for_each(|edge| survey.push(edge));
        }
    }
}

fn by_endpoint<'a>(survey: &mut Survey<'_, 'a>, function: &WebFunction, endpoint: &'a WebFunctionEndpoint) {
    let regional = survey.known(&function.arn, &endpoint.regional);
    let settings = std::iter::once(&endpoint.settings).chain(regional.into_iter().flat_map(|regional| regional.values()));
    let is_open = |settings: &&WebFunctionSettings| settings.auth == "ApplicationManaged" && settings.domain.is_some();
    if settings.filter(is_open).count() > 0 {
        let proof = vec![Proof::field(READ, "authType", format!("{}: ApplicationManaged", endpoint.name))];
        survey.push(Edge { proof, ..Edge::new(Node::Internet, &function.arn, Grip::Send, "web-function-endpoint") });
    }
}

#[cfg(test)]
mod tests {
    use crate::{
        model::{Arn, Fact, Gap, Posture, WebFunction, WebFunctionEndpoint, WebFunctionSettings},
        paths::entry::testing::{empty, gaps, region, steps},
    };

    const FUNCTION: &str = "arn:aws:lambda:eu-west-1:123456789012:web-function/shop";

    fn with(auth: &str) -> Posture {
        let settings = WebFunctionSettings {
            domain: Some("shop.example.com".to_owned()),
            auth: auth.to_owned(),
            rate_limit: None,
            max_environments: None,
            state: "Active".to_owned(),
        };
        let endpoint = WebFunctionEndpoint {
            arn: Arn::new(format!("{FUNCTION}/endpoint/main")),
            name: "main".to_owned(),
            kind: "HomeRegion".to_owned(),
            regions: Vec::new(),
            settings,
            regional: Fact::Known([].into()),
        };
        let mut posture = empty();
        region(&mut posture).web_functions.items.push(WebFunction {
            arn: Arn::new(FUNCTION),
            name: "shop".to_owned(),
            state: "Active".to_owned(),
            policy: Fact::Known(None),
            endpoints: Fact::Known(vec![endpoint]),
        });
        posture
    }

    #[test]
    fn an_endpoint_that_leaves_it_to_the_application_lets_everyone_in() {
        assert_eq!(steps(&with("ApplicationManaged")), [format!("internet -> {FUNCTION} Send web-function-endpoint")]);
        assert!(steps(&with("IamAuth")).is_empty());
    }

    #[test]
    fn what_was_not_read_is_hidden() {
        let mut posture = with("ApplicationManaged");
        region(&mut posture).web_functions.items[0].endpoints = Gap::denied("lambda:ListWebFunctionEndpoints", "no").into();
        assert_eq!((steps(&posture).len(), gaps(&posture)), (0, vec![format!("{FUNCTION} lambda:ListWebFunctionEndpoints")]));
    }
}
