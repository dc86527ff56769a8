//! Peerings, VPCInfos and their way into the agents (gateway reference 8.2).

mod controller;
mod stale_agent_spec;
mod vpcinfo_duplicate_id;
mod vpcinfo_not_ready;
mod wrong_namespace;

use crate::rule::Rule;

/// Rules of this area.
pub const RULES: &[&dyn Rule] = &[
    &wrong_namespace::WrongNamespace,
    &vpcinfo_not_ready::VpcInfoNotReady,
    &vpcinfo_duplicate_id::VpcInfoDuplicateId,
    &stale_agent_spec::StaleAgentSpec,
    // More rules of the area follow.
];
