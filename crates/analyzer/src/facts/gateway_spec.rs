//! A gateway's spec with the object that proves it.

use super::{Gateway, GatewayAgent, Gw, Object};
use crate::finding::{Evidence, Subject};
use crate::model::gateway::GatewaySpec;

/// `Gateway.spec`, or its copy in the GatewayAgent where the Gateway is not captured in full.
#[derive(Debug, Clone, Copy)]
pub enum SpecView<'b> {
    /// The Gateway.
    Gateway(&'b Object<Gateway>),
    /// The copy that the dataplane reads.
    Agent(&'b Object<GatewayAgent>),
}

impl<'b> SpecView<'b> {
    /// The spec.
    #[must_use]
    pub fn spec(self) -> &'b GatewaySpec {
        match self {
            Self::Gateway(gateway) => &gateway.spec,
            Self::Agent(agent) => &agent.spec.gateway,
        }
    }

    /// Evidence of a value in the spec.
    #[must_use]
    pub fn evidence(self, route: &[&str], note: impl Into<String>) -> Evidence {
        match self {
            Self::Gateway(gateway) => gateway.evidence(&prefixed(&["spec"], route), note),
            Self::Agent(agent) => agent.evidence(&prefixed(&["spec", "gateway"], route), note),
        }
    }

    /// Evidence that points at the key at the end of a route, for whole maps and lists.
    #[must_use]
    pub fn key_evidence(self, route: &[&str], note: impl Into<String>) -> Evidence {
        match self {
            Self::Gateway(gateway) => gateway.key_evidence(&prefixed(&["spec"], route), note),
            Self::Agent(agent) => agent.key_evidence(&prefixed(&["spec", "gateway"], route), note),
        }
    }

    /// The object.
    #[must_use]
    pub fn subject(self) -> Subject {
        match self {
            Self::Gateway(gateway) => gateway.subject(),
            Self::Agent(agent) => agent.subject(),
        }
    }
}

fn prefixed<'r>(prefix: &[&'r str], route: &[&'r str]) -> Vec<&'r str> {
    prefix.iter().chain(route).copied().collect()
}

/// Interfaces and neighbours are required, at least one each: a spec without any comes from a table.
fn is_whole(spec: &GatewaySpec) -> bool {
    !spec.interfaces.is_empty() || !spec.neighbors.is_empty()
}

impl<'b> Gw<'_, 'b> {
    /// The spec with interfaces and neighbours, where one is captured.
    #[must_use]
    pub fn whole_spec(&self) -> Option<SpecView<'b>> {
        let gateway = self.gateway().filter(|gateway| is_whole(&gateway.spec)).map(SpecView::Gateway);
        gateway.or_else(|| self.agent().filter(|agent| is_whole(&agent.spec.gateway)).map(SpecView::Agent))
    }
}
