//! Attack paths, held against small accounts whose stories are known.

use std::sync::Arc;

use palisade::{
    iam::{Account, Library},
    paths::{Confidence, Graph, Node, Path, Target},
};

use crate::scenario;

/// The nodes that a path visits, in order.
fn visited(path: &Path) -> Vec<String> {
    std::iter::once(path.from.to_string()).chain(path.hops.iter().map(|hop| hop.to.to_string())).collect()
}

#[test]
fn every_story_is_told_and_none_that_is_not_there() {
    for scenario in scenario::all() {
        let posture = scenario::posture(&scenario);
        let account = Account::new(&posture, Arc::new(Library::new(&posture)));
        let graph = Graph::new(&account);
        assert!(graph.gaps().is_empty(), "{}: {:?}", scenario.id, graph.gaps());
        let paths = graph.paths(None, &Target::AdminOrData);
        let all: Vec<Vec<String>> = paths.iter().map(visited).collect();
        for expected in scenario.expected.iter().filter(|expected| !expected.path.is_empty()) {
            let told = all.iter().any(|path| path.windows(expected.path.len()).any(|part| part == expected.path));
            assert!(told, "{} {}: {}\n{all:#?}", scenario.id, expected.id, expected.statement);
        }
        for refused in &scenario.not_expected {
            match refused.kind.as_str() {
                // Nothing leads here from outside for certain.
                "public" | "public-function" => {
                    let open: Vec<_> = paths.iter().filter(|path| path.from.is_outside()).collect();
                    assert!(open.is_empty(), "{} {}: {}\n{open:#?}", scenario.id, refused.id, refused.statement);
                }
                "assume" => {
                    let direct = |path: &Path| {
                        path.hops.iter().any(|hop| hop.technique == "sts-001" && hop.to.to_string().ends_with("debug-role-cgid1"))
                    };
                    assert!(!paths.iter().any(direct), "{} {}", scenario.id, refused.id);
                }
                "admin" => {
                    let own = paths.iter().flat_map(|path| &path.hops).filter(|hop| hop.technique == "administrator");
                    assert!(own.clone().all(|hop| !hop.from.to_string().ends_with("lambda-role")), "{} {}", scenario.id, refused.id);
                }
                other => panic!("{other} is a kind of statement that nobody compares"),
            }
        }
    }
}

#[test]
fn each_step_has_its_technique_and_its_proof() {
    let scenario = scenario::all().into_iter().find(|scenario| scenario.id == "pl-lambda-004-to-iam-002").expect("the scenario");
    let posture = scenario::posture(&scenario);
    let account = Account::new(&posture, Arc::new(Library::new(&posture)));
    let user = Node::parse("arn:aws:iam::111111111111:user/pl-prod-lambda-004-to-iam-002-starting-user");
    let paths = Graph::new(&account).paths(Some(&user), &Target::Admin);
    let [path] = paths.as_slice() else { panic!("one path: {paths:#?}") };
    let techniques: Vec<_> = path.hops.iter().map(|hop| hop.technique).collect();
    assert_eq!(techniques, ["lambda-004", "execution-role", "iam-002", "administrator"]);
    assert_eq!(path.confidence, Confidence::Certain);
    assert_eq!(path.hops[0].actions, ["lambda:UpdateFunctionCode", "lambda:InvokeFunction"]);
    assert!(path.hops.iter().all(|hop| !hop.proof.is_empty()), "{path:#?}");
    assert_eq!(path.hops[0].proof[0].statement, "RequiredForExploitationUpdateFunctionCode");
}
