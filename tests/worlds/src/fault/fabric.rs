//! Links, leaves and spines.

use serde_json::json;

use super::show::{self, uplink_cut};
use super::{Fault, Least, Outcome, outcome};
use crate::build::{Release, Rng, Site, Uplink, ago};

const LINK: &[&str] = &["LINK-*", "LLDP-*", "BGP-*", "BFD-420"];
const SWITCH: &[&str] = &[
    "FAB-002",
    "LINK-*",
    "LLDP-*",
    "BGP-*",
    "BFD-420",
    "GW-BGP-*",
    "GW-EVPN-NOROUTE",
    "GW-EXT-NOROUTE",
    "GW-LEAF-NOROUTE",
    "GW-CTR-*",
    "VPC-*",
    "DHCP-605",
    "GW-BFD-*",
];

macro_rules! fault {
    ($name:literal, $apply:expr) => {
        Fault { name: $name, since: Release::R25_05, apply: $apply }
    };
}

pub(super) const FAULTS: &[Fault] = &[
    fault!("a fabric link is cut", link_cut),
    fault!("an optic of a spine lost its laser", laser_dead),
    fault!("some fibres of a fabric link are damaged", lanes_dark),
    fault!("a dirty connector keeps a fabric link down", dirty_down),
    fault!("a dirty connector makes a fabric link flap", dirty_flapping),
    fault!("a module was pulled out", module_missing),
    fault!("a port was shut by hand", shut_by_hand),
    fault!("a flapping port was disabled by the switch", err_disabled),
    fault!("FEC differs at the ends of a link", fec_differs),
    fault!("two cables of a leaf are swapped at the spine", cables_swapped),
    fault!("a leaf lost all its uplinks", leaf_isolated),
    fault!("a leaf lost power", leaf_dead),
    fault!("a spine died", spine_dead),
    fault!("a leaf's agent stopped, the leaf forwards", agent_stopped),
    fault!("the overlay session between a leaf and a spine is down", overlay_down),
    fault!("one session of an uplink is down, its link is up", session_down),
    fault!("an uplink's session goes up and down", session_flapping),
    fault!("a leaf refuses all underlay routes", routes_refused),
    fault!("the external's session is down", external_down),
    fault!("the external's link is down", external_cut),
    fault!("a server's only link is down", server_down),
    fault!("both links of a bond are down", bond_down),
    fault!("the agent's config does not converge", not_applied),
    fault!("an agent ends and starts over: the VNI is still in use", crash_loop),
    fault!("CRC errors on a fabric link", crc_errors),
];

fn uplink(site: &Site, rng: &mut Rng) -> Option<Uplink> {
    rng.pick(&site.places.uplinks).cloned()
}

fn link_cut(site: &mut Site, rng: &mut Rng) -> Option<Outcome> {
    let link = uplink(site, rng)?;
    let seconds = rng.between(400, 7200);
    uplink_cut(site, &link, seconds);
    single_path(site, &link, seconds);
    show::light(site, &link.spine, &link.spine_port, "in", -40.0, 8);
    show::light(site, &link.leaf, &link.leaf_port, "in", -40.0, 8);
    on_link(&link, &["LINK-201"], Least::Error)
}

/// The overlay session too, where no other link joins the two switches. Other spines carry the loopback, so
/// with two spines or more it stays.
fn single_path(site: &mut Site, link: &Uplink, seconds: i64) {
    let ways = site.places.uplinks.iter().filter(|other| other.leaf == link.leaf).count();
    if ways == 1 {
        show::overlay_down(site, &link.leaf, &link.spine, seconds);
        show::overlay_down(site, &link.spine, &link.leaf, seconds);
    }
}

fn on_link(link: &Uplink, references: &'static [&'static str], least: Least) -> Option<Outcome> {
    outcome(references, ("Connection", &[&link.connection]), least, LINK, &[&link.leaf, &link.spine])
}

fn laser_dead(site: &mut Site, rng: &mut Rng) -> Option<Outcome> {
    let link = uplink(site, rng)?;
    uplink_cut(site, &link, rng.between(400, 7200));
    show::light(site, &link.spine, &link.spine_port, "out", -40.0, 8);
    show::light(site, &link.leaf, &link.leaf_port, "in", -40.0, 8);
    on_link(&link, &["LINK-201", "LINK-212"], Least::Error)
}

fn lanes_dark(site: &mut Site, rng: &mut Rng) -> Option<Outcome> {
    let link = uplink(site, rng)?;
    uplink_cut(site, &link, rng.between(400, 7200));
    show::light(site, &link.spine, &link.spine_port, "in", -40.0, 2);
    show::light(site, &link.leaf, &link.leaf_port, "in", -40.0, 2);
    on_link(&link, &["LINK-201", "LINK-211"], Least::Error)
}

fn dirty_down(site: &mut Site, rng: &mut Rng) -> Option<Outcome> {
    let link = uplink(site, rng)?;
    uplink_cut(site, &link, rng.between(400, 7200));
    show::light(site, &link.leaf, &link.leaf_port, "in", -14.2, 1);
    on_link(&link, &["LINK-201", "LINK-213"], Least::Error)
}

fn dirty_flapping(site: &mut Site, rng: &mut Rng) -> Option<Outcome> {
    if site.plan.release < Release::R26_03 {
        return None;
    }
    let link = uplink(site, rng)?;
    show::light(site, &link.leaf, &link.leaf_port, "in", -11.8, 2);
    for (switch, port) in [(&link.leaf, &link.leaf_port), (&link.spine, &link.spine_port)] {
        let interface = &mut site.state(switch)["interfaces"][port];
        interface["linkFlapCount"] = 14.into();
        interface["change"] = ago(700);
    }
    for (switch, peer) in [(&link.leaf, &link.spine_ip), (&link.spine, &link.leaf_ip)] {
        let session = &mut site.state(switch)["bgpNeighbors"]["default"][peer];
        session["estabTrans"] = 13.into();
        session["connDropped"] = 12.into();
        session["lastEstab"] = ago(690);
        session["lastReset"] = ago(705);
        session["lastResetReason"] = "Interface down".into();
    }
    on_link(&link, &["LINK-218", "LINK-213"], Least::Warning)
}

fn module_missing(site: &mut Site, rng: &mut Rng) -> Option<Outcome> {
    let link = uplink(site, rng)?;
    uplink_cut(site, &link, rng.between(400, 7200));
    let base = link.leaf_port.trim_end_matches("/1").to_owned();
    site.state(&link.leaf)["transceivers"][base] = json!({"present": "NOT_PRESENT", "oper": "inactive"});
    show::light(site, &link.spine, &link.spine_port, "in", -40.0, 8);
    on_link(&link, &["LINK-201", "LINK-215"], Least::Error)
}

fn shut_by_hand(site: &mut Site, rng: &mut Rng) -> Option<Outcome> {
    let link = uplink(site, rng)?;
    uplink_cut(site, &link, rng.between(400, 7200));
    site.state(&link.leaf)["interfaces"][&link.leaf_port]["admin"] = "down".into();
    show::light(site, &link.leaf, &link.leaf_port, "out", -40.0, 8);
    show::light(site, &link.spine, &link.spine_port, "in", -40.0, 8);
    on_link(&link, &["LINK-207", "LINK-201"], Least::Error)
}

fn err_disabled(site: &mut Site, rng: &mut Rng) -> Option<Outcome> {
    if site.plan.release < Release::R26_03 {
        return None;
    }
    let link = uplink(site, rng)?;
    uplink_cut(site, &link, rng.between(400, 1200));
    let interface = &mut site.state(&link.leaf)["interfaces"][&link.leaf_port];
    interface["errDisabled"] = true.into();
    interface["linkFlapCount"] = 9.into();
    on_link(&link, &["LINK-205", "LINK-201"], Least::Error)
}

fn fec_differs(site: &mut Site, rng: &mut Rng) -> Option<Outcome> {
    let link = uplink(site, rng)?;
    uplink_cut(site, &link, rng.between(400, 7200));
    site.state(&link.leaf)["interfaces"][&link.leaf_port]["fec"] = "disabled".into();
    on_link(&link, &["LINK-217", "LINK-201"], Least::Error)
}

fn cables_swapped(site: &mut Site, rng: &mut Rng) -> Option<Outcome> {
    let first = uplink(site, rng)?;
    let others: Vec<Uplink> = site
        .places
        .uplinks
        .iter()
        .filter(|link| link.spine == first.spine && link.leaf != first.leaf)
        .cloned()
        .collect();
    let second = rng.pick(&others)?.clone();
    let seconds = rng.between(900, 7200);
    let seen = |site: &mut Site, link: &Uplink| {
        site.state(&link.spine)["interfaces"][&link.spine_port]["lldpNeighbors"].clone()
    };
    let (at_first, at_second) = (seen(site, &first), seen(site, &second));
    site.state(&first.spine)["interfaces"][&first.spine_port]["lldpNeighbors"] = at_second;
    site.state(&first.spine)["interfaces"][&second.spine_port]["lldpNeighbors"] = at_first;
    let port_id = |site: &mut Site, link: &Uplink| {
        site.state(&link.leaf)["interfaces"][&link.leaf_port]["lldpNeighbors"][0].clone()
    };
    let (leaf_first, leaf_second) = (port_id(site, &first), port_id(site, &second));
    for field in ["portID", "portDescr"] {
        site.state(&first.leaf)["interfaces"][&first.leaf_port]["lldpNeighbors"][0][field] = leaf_second[field].clone();
        site.state(&second.leaf)["interfaces"][&second.leaf_port]["lldpNeighbors"][0][field] =
            leaf_first[field].clone();
    }
    for link in [&first, &second] {
        for (switch, port) in [(&link.spine, &link.spine_port), (&link.leaf, &link.leaf_port)] {
            site.state(switch)["interfaces"][port]["change"] = ago(seconds);
        }
        show::uplink_sessions_down(site, link, seconds, "Hold Timer Expired");
    }
    outcome(
        &["LLDP-301", "LLDP-302"],
        ("Connection", &[&first.connection, &second.connection]),
        Least::Error,
        LINK,
        &[&first.leaf, &first.spine, &second.leaf],
    )
}

fn leaf(site: &Site, rng: &mut Rng) -> Option<String> {
    rng.pick(&site.places.leaves).cloned()
}

/// Everything behind a leaf as the rest sees it when its uplinks are gone.
fn cut_off(site: &mut Site, leaf: &str, seconds: i64) {
    for link in site.places.uplinks_of(leaf) {
        uplink_cut(site, &link, seconds);
        show::overlay_down(site, &link.spine, leaf, seconds);
        show::overlay_down(site, leaf, &link.spine, seconds);
    }
}

fn leaf_isolated(site: &mut Site, rng: &mut Rng) -> Option<Outcome> {
    // A leaf with gateways keeps a way through them; take one without.
    let leaves: Vec<String> = site.places.leaves.iter().filter(|leaf| leaf.as_str() > "leaf-02").cloned().collect();
    let leaf = rng.pick(&leaves)?.clone();
    let seconds = rng.between(600, 5400);
    cut_off(site, &leaf, seconds);
    for server in site.places.servers.clone() {
        for (switch, port) in &server.ports {
            if server.form == "eslag" && *switch == leaf {
                show::port_down(site, switch, port, seconds - 1);
            }
        }
    }
    outcome(
        &["LINK-206"],
        ("Agent", &[&leaf]),
        Least::Critical,
        SWITCH,
        &everything_near(site, &leaf).iter().map(String::as_str).collect::<Vec<_>>(),
    )
}

fn everything_near(site: &Site, switch: &str) -> Vec<String> {
    let mut near = vec![switch.to_owned(), "paths".to_owned()];
    for link in site.places.uplinks_of(switch) {
        near.extend([link.leaf, link.spine]);
    }
    for link in &site.places.gateways {
        if link.switch == switch {
            near.push(link.gateway.clone());
        }
    }
    near
}

fn leaf_dead(site: &mut Site, rng: &mut Rng) -> Option<Outcome> {
    let leaves: Vec<String> = site.places.leaves.iter().filter(|leaf| leaf.as_str() > "leaf-02").cloned().collect();
    let leaf = rng.pick(&leaves)?.clone();
    let seconds = rng.between(1000, 7200);
    show::heartbeat_stops(site, &leaf, seconds);
    for link in site.places.uplinks_of(&leaf) {
        show::port_down(site, &link.spine, &link.spine_port, seconds - 3);
        show::light(site, &link.spine, &link.spine_port, "in", -40.0, 8);
        show::session_down(site, &link.spine, "default", &link.leaf_ip, seconds - 3, "Interface down");
        show::bfd_down(site, &link.spine, &link.leaf_ip);
        show::overlay_down(site, &link.spine, &leaf, seconds - 3);
    }
    outcome(
        &["FAB-002"],
        ("Agent", &[&leaf]),
        Least::Critical,
        SWITCH,
        &everything_near(site, &leaf).iter().map(String::as_str).collect::<Vec<_>>(),
    )
}

fn spine_dead(site: &mut Site, rng: &mut Rng) -> Option<Outcome> {
    if site.places.spines.len() < 2 {
        return None;
    }
    let spine = rng.pick(&site.places.spines)?.clone();
    let seconds = rng.between(1000, 7200);
    show::heartbeat_stops(site, &spine, seconds);
    for link in site.places.uplinks_of(&spine) {
        show::port_down(site, &link.leaf, &link.leaf_port, seconds - 3);
        show::light(site, &link.leaf, &link.leaf_port, "in", -40.0, 8);
        show::session_down(site, &link.leaf, "default", &link.spine_ip, seconds - 3, "Interface down");
        show::bfd_down(site, &link.leaf, &link.spine_ip);
        show::overlay_down(site, &link.leaf, &spine, seconds - 3);
    }
    outcome(
        &["FAB-002"],
        ("Agent", &[&spine]),
        Least::Critical,
        SWITCH,
        &everything_near(site, &spine).iter().map(String::as_str).collect::<Vec<_>>(),
    )
}

fn agent_stopped(site: &mut Site, rng: &mut Rng) -> Option<Outcome> {
    let leaf = leaf(site, rng)?;
    show::heartbeat_stops(site, &leaf, rng.between(1000, 20_000));
    outcome(&["FAB-023"], ("Agent", &[&leaf]), Least::Error, SWITCH, &[&leaf])
}

fn overlay_down(site: &mut Site, rng: &mut Rng) -> Option<Outcome> {
    let link = uplink(site, rng)?;
    let seconds = rng.between(400, 7200);
    show::overlay_down(site, &link.leaf, &link.spine, seconds);
    show::overlay_down(site, &link.spine, &link.leaf, seconds);
    outcome(&["BGP-402"], ("Agent", &[&link.leaf, &link.spine]), Least::Error, &["BGP-402"], &[&link.leaf, &link.spine])
}

fn session_down(site: &mut Site, rng: &mut Rng) -> Option<Outcome> {
    let link = uplink(site, rng)?;
    show::uplink_sessions_down(site, &link, rng.between(400, 7200), "BGP Notification sent");
    outcome(
        &["BGP-401"],
        ("Agent", &[&link.leaf, &link.spine]),
        Least::Error,
        &["BGP-401", "BFD-420"],
        &[&link.leaf, &link.spine],
    )
}

fn session_flapping(site: &mut Site, rng: &mut Rng) -> Option<Outcome> {
    if site.plan.release < Release::R26_03 {
        return None;
    }
    let link = uplink(site, rng)?;
    for (switch, peer) in [(&link.leaf, &link.spine_ip), (&link.spine, &link.leaf_ip)] {
        let session = &mut site.state(switch)["bgpNeighbors"]["default"][peer];
        session["estabTrans"] = 23.into();
        session["connDropped"] = 22.into();
        session["lastEstab"] = ago(400);
        session["lastReset"] = ago(410);
        session["lastResetReason"] = "Hold Timer Expired".into();
    }
    outcome(
        &["BGP-407"],
        ("Agent", &[&link.leaf, &link.spine]),
        Least::Warning,
        &["BGP-407", "BFD-420"],
        &[&link.leaf, &link.spine],
    )
}

fn routes_refused(site: &mut Site, rng: &mut Rng) -> Option<Outcome> {
    let leaves: Vec<String> = site.places.leaves.iter().filter(|leaf| leaf.as_str() > "leaf-02").cloned().collect();
    let leaf = rng.pick(&leaves)?.clone();
    for link in site.places.uplinks_of(&leaf) {
        site.state(&leaf)["bgpNeighbors"]["default"][&link.spine_ip]["prefixes"]["IPV4_UNICAST"] =
            json!({"recPre": 5, "sent": 7});
        show::overlay_down(site, &leaf, &link.spine, 3000);
        show::overlay_down(site, &link.spine, &leaf, 3000);
    }
    outcome(
        &["BGP-410"],
        ("Agent", &[&leaf]),
        Least::Error,
        SWITCH,
        &everything_near(site, &leaf).iter().map(String::as_str).collect::<Vec<_>>(),
    )
}

fn external_down(site: &mut Site, rng: &mut Rng) -> Option<Outcome> {
    show::session_down(
        site,
        "leaf-02",
        "VrfEexternal-01",
        "100.100.20.6",
        rng.between(600, 7200),
        "BGP Notification received",
    );
    outcome(
        &["BGP-404"],
        ("Agent", &["leaf-02"]),
        Least::Error,
        &["GW-EXT-NOROUTE", "GW-CTR-*"],
        &["leaf-02", "external"],
    )
}

fn external_cut(site: &mut Site, rng: &mut Rng) -> Option<Outcome> {
    let seconds = rng.between(600, 7200);
    show::port_down(site, "leaf-02", "E1/6", seconds);
    show::session_down(site, "leaf-02", "VrfEexternal-01", "100.100.20.6", seconds, "Interface down");
    outcome(
        &["LINK-204"],
        ("Connection", &["leaf-02--external"]),
        Least::Error,
        &["BGP-404", "GW-EXT-NOROUTE", "GW-CTR-*", "LINK-*"],
        &["leaf-02", "external"],
    )
}

fn server_down(site: &mut Site, rng: &mut Rng) -> Option<Outcome> {
    servers_down(site, rng, &["unbundled"])
}

fn bond_down(site: &mut Site, rng: &mut Rng) -> Option<Outcome> {
    servers_down(site, rng, &["bundled", "eslag"])
}

fn servers_down(site: &mut Site, rng: &mut Rng, forms: &[&str]) -> Option<Outcome> {
    let servers: Vec<_> =
        site.places.servers.iter().filter(|server| forms.contains(&server.form.as_str())).cloned().collect();
    let server = rng.pick(&servers)?.clone();
    let seconds = rng.between(600, 7200);
    for (switch, port) in &server.ports {
        show::port_down(site, switch, port, seconds);
    }
    let mut touched: Vec<&str> = server.ports.iter().map(|(switch, _)| switch.as_str()).collect();
    touched.push(&server.server);
    outcome(
        &["LINK-203"],
        ("Connection", &[&server.connection]),
        Least::Error,
        &["VPC-503", "DHCP-605", "LINK-*"],
        &touched,
    )
}

fn not_applied(site: &mut Site, rng: &mut Rng) -> Option<Outcome> {
    let leaf = leaf(site, rng)?;
    pending(site, &leaf, rng.between(900, 7200));
    outcome(&["FAB-004"], ("Agent", &[&leaf]), Least::Error, SWITCH, &[&leaf])
}

fn pending(site: &mut Site, switch: &str, seconds: i64) {
    let agent = site.at(&format!("Agent/{switch}"));
    let generation = agent["metadata"]["generation"].as_i64().unwrap_or(1) + 1;
    agent["metadata"]["generation"] = generation.into();
    let status = &mut agent["status"];
    status["lastAttemptGen"] = generation.into();
    status["lastAttemptTime"] = ago(seconds);
    status["conditions"] = json!([{
        "type": "Applied", "status": "False", "reason": "ApplyPending",
        "message": format!("Config will be applied, gen={generation}"), "lastTransitionTime": ago(seconds),
    }]);
}

fn crash_loop(site: &mut Site, rng: &mut Rng) -> Option<Outcome> {
    let leaf = leaf(site, rng)?;
    pending(site, &leaf, rng.between(900, 7200));
    let status = &mut site.at(&format!("Agent/{leaf}"))["status"];
    let applied = status["lastAppliedGen"].clone();
    status["lastAttemptGen"] = applied;
    status["lastAttemptTime"] = ago(41);
    status["lastAppliedTime"] = ago(36);
    status["runID"] = "91f2b0c4-5b1d-4e55-9a0b-3c2f5d7e8a10".into();
    outcome(&["FAB-005", "FAB-004"], ("Agent", &[&leaf]), Least::Error, SWITCH, &[&leaf])
}

fn crc_errors(site: &mut Site, rng: &mut Rng) -> Option<Outcome> {
    let link = uplink(site, rng)?;
    site.state(&link.leaf)["interfaces"][&link.leaf_port]["counters"]["ine"] = rng.between(20_000, 900_000).into();
    on_link(&link, &["LINK-208"], Least::Warning)
}
