//! Which release wrote what (gateway reference 1.7, 1.8).

use super::{Context, Deployment, Fabricator, Gw, PodRole};
use crate::validate::version::Version;

/// A version, or unknown: then only positive evidence counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Release(pub Option<Version>);

impl Release {
    /// True if the version is known and at least this one.
    #[must_use]
    pub fn since(&self, major: u32, minor: u32, patch: u32) -> bool {
        self.0.as_ref().is_some_and(|version| version.at_least(major, minor, patch))
    }

    /// True if the version is known and older than this one.
    #[must_use]
    pub fn before(&self, major: u32, minor: u32, patch: u32) -> bool {
        self.0.as_ref().is_some_and(|version| !version.at_least(major, minor, patch))
    }

    /// True if nothing tells the version.
    #[must_use]
    pub fn unknown(&self) -> bool {
        self.0.is_none()
    }
}

impl Gw<'_, '_> {
    /// Version of the dataplane: the one that it reports, else its image's tag, else the Fabricator's.
    #[must_use]
    pub fn dataplane_release(&self) -> Release {
        let reported = self.agent().and_then(|agent| Version::parse(&agent.status.state.dataplane.version));
        let image = || {
            self.pods(PodRole::Dataplane).into_iter().find_map(|pod| {
                let status = pod.container("dataplane").and_then(|c| Version::parse(&c.status.image));
                status.or_else(|| {
                    let spec = pod.object.spec.containers.iter().find(|c| c.name == "dataplane")?;
                    Version::parse(&spec.image)
                })
            })
        };
        let fabricator = || {
            self.cx.list::<Fabricator>().iter().find_map(|fabricator| {
                let node = fabricator.at(&["status", "versions", "gateway", "dataplane"])?;
                Version::parse(node.text()?)
            })
        };
        Release(reported.or_else(image).or_else(fabricator))
    }

    /// True for the three-pod form of 25.05: an agent pod, `status.agentVersion`, or the Gateway in
    /// namespace `fab` while no captured version is v0.44 or later.
    #[must_use]
    pub fn is_25_05(&self) -> bool {
        let agent = self.agent();
        if !self.pods(PodRole::Agent).is_empty() || agent.is_some_and(|agent| !agent.status.agent_version.is_empty()) {
            return true;
        }
        if agent.is_some_and(|agent| {
            agent.status.last_heartbeat.is_some() || !agent.status.state.dataplane.version.is_empty()
        }) {
            return false;
        }
        self.cx.is_25_05_namespace() && self.gateway().is_some_and(|gateway| gateway.meta.namespace == "fab")
    }
}

impl Context<'_> {
    /// Version of the fabricator.
    #[must_use]
    pub fn fabricator_release(&self) -> Release {
        Release(self.list::<Fabricator>().iter().find_map(|fabricator| {
            let node = fabricator.at(&["status", "versions", "fabricator", "controller"])?;
            Version::parse(node.text()?)
        }))
    }

    /// Version of the fabric (controller and webhooks): of the Fabricator's status, else of the image.
    #[must_use]
    pub fn fabric_release(&self) -> Release {
        let status = self.list::<Fabricator>().iter().find_map(|fabricator| {
            ["controller", "api", "agent"].iter().find_map(|key| {
                let node = fabricator.at(&["status", "versions", "fabric", key])?;
                Version::parse(node.text()?)
            })
        });
        let image = || {
            self.find::<Deployment>("fabric-ctrl").and_then(|deployment| {
                deployment
                    .spec
                    .template
                    .spec
                    .containers
                    .iter()
                    .find(|container| container.image.contains("fabric"))
                    .and_then(|container| Version::parse(&container.image))
            })
        };
        Release(status.or_else(image))
    }
}
