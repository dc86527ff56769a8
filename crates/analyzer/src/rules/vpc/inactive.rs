//! An attachment is not active on a leaf of its Connection.

use super::view::{Wiring, is_leaving, is_whole};
use crate::facts::{Agent, Context, Object, VPCAttachment};
use crate::finding::{Evidence, Key, KeyKind, Severity};
use crate::rule::{Domain, Meta, Order, Outcome, Relation, Rule, Source};

/// See the metadata.
#[derive(Debug)]
pub(super) struct Inactive;

static META: Meta = Meta {
    id: "attachment-not-active",
    reference: &["VPC-502"],
    title: "A VPCAttachment is not active on a leaf",
    severities: &[Severity::Error],
    needs: &[Source::VpcAttachments, Source::Agents],
    uses: &[Source::Connections, Source::CaptureTime],
    explanation: "\
Looks for each VPCAttachment in the Agent of every leaf of its Connection (`spec.vpcAttachments`). An attachment that is \
younger than the last configuration which the leaf applied must be applied by now: the leaf runs the generation that it \
should and still reports.

## Why it matters
Until the leaf has it, the server's port is not in the VPC.

## Not a fault
- an attachment younger than 5 minutes
- an older attachment on a leaf that does not apply its newest configuration: it stays active

## What to do
Not in the Agent: see what the fabric controller says of that switch. In the Agent but not applied: see why the switch \
does not apply its configuration.",
    explains: &[
        Relation { effects: &["DHCP-605"], join: &[KeyKind::Attachment] },
        Relation { effects: &["DHCP-607"], join: &[KeyKind::Attachment] },
    ],
    order: Order::Vpc,
};

/// Why a leaf does not have an attachment.
enum Why {
    /// Its Agent does not name it.
    NotInAgent,
    /// It came after the last apply, and newer generations are not applied.
    NotApplied,
    /// It came after the last apply, and the leaf reports nothing any more.
    Silent,
}

impl Rule for Inactive {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn domain(&self) -> Domain {
        Domain::Fabric
    }

    fn check(&self, cx: &Context<'_>, out: &mut Outcome) {
        let wiring = Wiring::new(cx);
        for attachment in cx.list::<VPCAttachment>() {
            if is_leaving(attachment) || !is_whole(cx, attachment) {
                continue;
            }
            let Some(age) = cx.object_age(attachment) else {
                out.not_checked(attachment.subject(), Source::CaptureTime);
                continue;
            };
            if !age.over(300) {
                continue;
            }
            let mut lacking = Vec::new();
            let mut judged = false;
            for leaf in wiring.switches(&attachment.spec.connection) {
                let Some(agent) = cx.find::<Agent>(leaf).filter(|agent| is_whole(cx, *agent)) else { continue };
                judged = true;
                if let Some(why) = lacks(cx, attachment, agent) {
                    lacking.push((agent, why));
                }
            }
            if !lacking.is_empty() {
                report(out, attachment, &lacking);
            } else if judged {
                out.pass();
            }
        }
    }
}

fn lacks(cx: &Context<'_>, attachment: &Object<VPCAttachment>, agent: &Object<Agent>) -> Option<Why> {
    let spec = &agent.spec;
    if !spec.vpc_attachments.contains_key(attachment.name()) {
        // Reduced captures leave parts of the spec out.
        let told = spec.connections.contains_key(&attachment.spec.connection) || !spec.vpc_attachments.is_empty();
        return told.then_some(Why::NotInAgent);
    }
    let created = cx.object_age(attachment)?;
    // A leaf that was never provisioned has applied nothing.
    let applied = match agent.status.last_applied_time {
        Some(time) => cx.age(time)?.seconds,
        None => i64::MAX,
    };
    if created.seconds.saturating_add(created.slack) >= applied {
        return None;
    }
    let wanted = agent.meta.generation;
    if cx.is_fresh(agent) == Some(false) {
        Some(Why::Silent)
    } else if agent.status.last_applied_gen < wanted {
        Some(Why::NotApplied)
    } else {
        None
    }
}

fn report(out: &mut Outcome, attachment: &Object<VPCAttachment>, lacking: &[(&Object<Agent>, Why)]) {
    let (name, spec) = (attachment.name(), &attachment.spec);
    let leaves: Vec<&str> = lacking.iter().map(|(agent, _)| agent.name()).collect();
    let words: Vec<String> = lacking
        .iter()
        .map(|(agent, why)| match why {
            Why::NotInAgent => format!("the Agent of {} does not name it", agent.name()),
            Why::NotApplied => format!(
                "{} runs generation {} of {}, applied before the attachment was made",
                agent.name(),
                agent.status.last_applied_gen,
                agent.meta.generation
            ),
            Why::Silent => format!("{} has not reported since before it could apply the attachment", agent.name()),
        })
        .collect();
    let evidence: Vec<Evidence> = lacking
        .iter()
        .flat_map(|(agent, why)| match why {
            Why::NotInAgent => {
                vec![agent.key_evidence(&["spec", "vpcAttachments"], format!("{name} is not among these"))]
            }
            Why::NotApplied => vec![
                agent.evidence(&["status", "lastAppliedGen"], "generation that the leaf runs"),
                agent.evidence(&["metadata", "generation"], "generation that it should run"),
                agent.evidence(&["status", "lastAppliedTime"], "its last apply"),
            ],
            Why::Silent => vec![
                agent.evidence(&["status", "lastHeartbeat"], "the last report of the leaf"),
                agent.evidence(&["status", "lastAppliedTime"], "its last apply"),
            ],
        })
        .collect();
    let (first, namespace) = (leaves.first().copied().unwrap_or(""), &attachment.meta.namespace);
    out.report(
        out.finding(
            Severity::Error,
            attachment.subject(),
            format!("VPCAttachment {name} is not active on {}", leaves.join(" and ")),
        )
        .detail(format!(
            "{}. Port and VLAN of {} are not configured there for {}.",
            capital(&words.join("; ")),
            spec.connection,
            spec.subnet
        ))
        .evidences(evidence)
        .evidence(attachment.evidence(&["metadata", "creationTimestamp"], "when the attachment was made"))
        .run(
            "See what the controller says of the switch.",
            format!("kubectl logs -n fab deploy/fabric-ctrl | grep {first}"),
        )
        .run("See what the switch has applied.", format!("kubectl get agent {first} -n {namespace} -o yaml"))
        .keys(Wiring::attachment_keys(attachment))
        .keys(leaves.iter().map(|leaf| Key::Switch((*leaf).to_owned()))),
    );
}

/// The first letter in upper case.
fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_ascii_uppercase().to_string() + letters.as_str())
}

#[cfg(test)]
mod tests {
    use hh_worlds::World;

    use super::Inactive;
    use crate::testing::said;

    const ATTACHMENT: &str = "VPCAttachment/vpc-03--server-03";

    fn world() -> World {
        World::healthy().small()
    }

    #[test]
    fn not_in_the_agent() {
        let said = said(&Inactive, &world().unset("Agent/leaf-01", "/spec/vpcAttachments/vpc-03--server-03"));
        assert_eq!(said.lines(), ["error VPCAttachment/vpc-03--server-03"]);
        let evidence = &said.findings[0].evidence[0];
        assert_eq!(evidence.field.as_deref(), Some("spec.vpcAttachments"));
        assert!(evidence.line.is_some());
        assert_eq!(said.passed, 5);
    }

    #[test]
    fn on_both_leaves() {
        let path = "/spec/vpcAttachments/vpc-01--server-01";
        let said = said(&Inactive, &world().unset("Agent/leaf-01", path).unset("Agent/leaf-02", path));
        assert_eq!(said.lines(), ["error VPCAttachment/vpc-01--server-01"]);
        assert!(said.findings[0].title.ends_with("leaf-01 and leaf-02"), "{}", said.findings[0].title);
    }

    #[test]
    fn newer_than_the_last_apply() {
        let young = world().set(ATTACHMENT, "/metadata/creationTimestamp", "2026-10-06T09:30:00Z");
        assert!(said(&Inactive, &young).lines().is_empty());
        let lag = young.clone().set("Agent/leaf-01", "/metadata/generation", 7);
        assert_eq!(said(&Inactive, &lag).lines(), ["error VPCAttachment/vpc-03--server-03"]);
        let silent = young.set("Agent/leaf-01", "/status/lastHeartbeat", "2026-10-06T09:20:00Z");
        assert_eq!(said(&Inactive, &silent).lines(), ["error VPCAttachment/vpc-03--server-03"]);
    }

    #[test]
    fn what_stays_active() {
        for world in [
            world(),
            World::older().small(),
            world().set("Agent/leaf-01", "/metadata/generation", 7),
            world().set("Agent/leaf-01", "/status/lastHeartbeat", "2026-10-06T09:20:00Z"),
            // Just made.
            world().unset("Agent/leaf-01", "/spec/vpcAttachments/vpc-03--server-03").set(
                ATTACHMENT,
                "/metadata/creationTimestamp",
                "2026-10-06T09:38:00Z",
            ),
            // A reduced capture.
            world().unset("Agent/leaf-01", "/spec/vpcAttachments").unset("Agent/leaf-01", "/spec/connections"),
        ] {
            assert_eq!(said(&Inactive, &world).lines(), Vec::<String>::new());
        }
        assert_eq!(said(&Inactive, &world().without("Agent")).not_checked, ["Agent objects of the switches"]);
    }
}
