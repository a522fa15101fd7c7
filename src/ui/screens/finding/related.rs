//! What stands beside a finding: its function, role and key, and the other findings on them.

use crate::{
    model::Arn,
    ui::binding::Action,
    world::{self, World},
};

/// What stands beside a finding: the function, its role, its key.
pub(crate) fn related(world: &World, finding: &world::Finding, action: Action) -> Option<Arn> {
    let posture = &world.posture;
    let resource = &finding.resource;
    let function = || posture.function(resource);
    match action {
        Action::GoFunction => function().map(|function| function.arn.clone()).or_else(|| {
            let mut users = posture.functions().filter(|(_, function)| function.role == *resource);
            users.next().map(|(_, function)| function.arn.clone())
        }),
        Action::GoRole => function().map(|function| function.role.clone()),
        Action::GoKey => function().and_then(|function| function.kms_key.clone()).or_else(|| {
            let region = posture.regions.get(resource.region())?;
            region.log_groups.items.iter().find(|group| group.arn == *resource)?.kms_key.clone()
        }),
        _ => None,
    }
}

/// Other findings on the same resource, the function's role, or the role's functions: the first of them.
pub(super) fn neighbours(world: &World, finding: &world::Finding) -> Vec<u32> {
    const MOST: usize = 30;
    let mut wanted = vec![finding.resource.clone()];
    wanted.extend(related(world, finding, Action::GoRole));
    wanted.extend(related(world, finding, Action::GoFunction));
    (0u32..)
        .zip(&world.findings)
        .filter(|(_, other)| other.id != finding.id && wanted.contains(&other.resource))
        .map(|(row, _)| row)
        .take(MOST)
        .collect()
}
