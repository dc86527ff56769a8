//! The example bundles that are made here: file name, how, what is in it and what is wrong.
//!
//! The ending of the name is the form: `.hhs`, an archive, or none for a directory.

use hh_worlds::World;

use crate::worlds::*;
use crate::{Files, pack, tables};

/// An example bundle.
#[derive(Clone, Copy)]
pub struct Example {
    /// File or directory name below `bundles/`.
    pub file: &'static str,
    /// Point of the troubleshooting page; 0 for healthy pictures.
    pub point: u8,
    /// What is wrong, one sentence.
    pub wrong: &'static str,
    /// How its content is made.
    pub content: Content,
}

/// How a bundle's content is made.
#[derive(Clone, Copy)]
pub enum Content {
    /// A dump.
    Dump(fn() -> World),
    /// `kubectl get -o yaml` lists, logs and outputs.
    Lists(fn() -> World),
    /// The same with `-o json`.
    Json(fn() -> World),
    /// One YAML file an object.
    Objects(fn() -> World),
    /// `kubectl get` tables, logs and outputs.
    Tables(fn() -> World),
    /// Files made by hand.
    Files(fn() -> Files),
}

impl Example {
    /// Name without the ending.
    #[must_use]
    pub fn stem(&self) -> &'static str {
        self.file.split('.').next().unwrap_or(self.file)
    }

    /// What stands inside, in words.
    #[must_use]
    pub fn inside(&self) -> &'static str {
        match self.content {
            Content::Dump(_) => "dump",
            Content::Lists(_) => "YAML lists, logs, outputs",
            Content::Json(_) => "JSON lists, logs, outputs",
            Content::Objects(_) => "one YAML file an object, logs, outputs",
            Content::Tables(_) => "`kubectl get` tables, logs, outputs",
            Content::Files(_) => "files as named",
        }
    }

    /// The files inside.
    #[must_use]
    pub fn files(&self) -> Files {
        match self.content {
            Content::Dump(world) => Files::from([(format!("{}.hhs", self.stem()), world().hhs().into_bytes())]),
            Content::Lists(world) => world().files(),
            Content::Json(world) => world().json_files(),
            Content::Objects(world) => world().object_files(),
            Content::Tables(world) => table_files(&world()),
            Content::Files(files) => files(),
        }
    }

    /// The bundle as it lies on disk: one file, or the files of a directory.
    #[must_use]
    pub fn made(&self) -> Files {
        let files = self.files();
        let one = |bytes: Vec<u8>| Files::from([(self.file.to_owned(), bytes)]);
        let packed = || pack::tar(&pack::below(self.stem(), files.clone()));
        match self.file.split_once('.').map(|(_, ending)| ending) {
            None => files.into_iter().map(|(path, bytes)| (format!("{}/{path}", self.file), bytes)).collect(),
            Some("zip") => one(pack::zip(&pack::below(self.stem(), files))),
            Some("tar") => one(packed()),
            Some("tar.gz") => one(pack::gzip(&packed())),
            Some("tar.zst") => one(pack::zstd(&packed())),
            Some("tar.xz") => one(pack::xz(&packed())),
            Some("tar.bz2") => one(pack::bzip2(&packed())),
            Some("hhs.gz") => one(pack::gzip(files.values().next().expect("a dump"))),
            Some(_) => one(files.into_values().next().expect("one file")),
        }
    }
}

/// A world as `kubectl get` tables with logs and outputs.
fn table_files(world: &World) -> Files {
    let mut files = world.files();
    files.retain(|path, _| !path.starts_with("objects/"));
    for (name, text) in [
        ("gatewayagents.txt", tables::gateway_agents(world)),
        ("gateways.txt", tables::gateways(world)),
        ("gatewaypeerings.txt", tables::peerings(world)),
        ("pods-fab.txt", tables::pods(world)),
        ("nodes.txt", tables::nodes(world)),
    ] {
        files.insert(name.into(), text.into_bytes());
    }
    files
}

const fn example(file: &'static str, point: u8, content: Content, wrong: &'static str) -> Example {
    Example { file, point, wrong, content }
}

use Content::{Dump, Files as ByHand, Json, Lists, Objects, Tables};

/// All bundles that are made here.
pub const EXAMPLES: &[Example] = &[
    example(
        "generation-refused.hhs",
        1,
        Dump(configuration::generation_refused),
        "Both dataplanes refuse generation 12: the public range of the new peering `vpc-03--vpc-04` overlaps that of `vpc-01--vpc-03` as `vpc-03` sees them.",
    ),
    example(
        "foreign-group.zip",
        1,
        Lists(configuration::foreign_group),
        "`gateway-1` refuses generation 12: peering `vpc-01--vpc-02` is in group `edge`, of which it is no member. The group has one member only.",
    ),
    example(
        "half-upgraded.zip",
        1,
        Lists(configuration::half_upgraded),
        "The two gateways run different dataplane releases, and no rollout is going on.",
    ),
    example(
        "frr-reload-failed.zip",
        2,
        Lists(configuration::frr_reload_failed),
        "FRR of `gateway-1` could not reload the configuration of generation 12, which its dataplane runs.",
    ),
    example(
        "frr-agent-hangs.tar.gz",
        2,
        Lists(configuration::frr_agent_hangs),
        "The frr-agent of `gateway-2` does not answer within five seconds, again and again.",
    ),
    example(
        "heartbeat-refused.zip",
        3,
        Json(liveness::heartbeat_refused),
        "The API server refuses the status of `gateway-2` (403): its heartbeat is 14 minutes old, the pods run.",
    ),
    example(
        "heartbeat-tables",
        3,
        Tables(liveness::heartbeat_refused),
        "The same as `heartbeat-refused.zip`, seen through `kubectl get` tables only.",
    ),
    example(
        "clock-ahead.hhs.gz",
        3,
        Dump(liveness::clock_ahead),
        "The clock of `gateway-2` is twenty minutes ahead of the capture.",
    ),
    example(
        "object-unreadable.tar.xz",
        3,
        Lists(liveness::object_unreadable),
        "The dataplane of `gateway-2` cannot parse its GatewayAgent (written by a newer controller) and never wrote a status.",
    ),
    example(
        "dataplane-crash-loop.hhs",
        4,
        Dump(liveness::dataplane_crash_loop),
        "The dataplane of `gateway-2` cannot reach the API and exits every 55 s; everything else wrong with it follows.",
    ),
    example(
        "node-down.hhs.gz",
        4,
        Dump(liveness::node_down),
        "The node of `gateway-1` stopped 25 minutes ago; `gateway-2` serves.",
    ),
    example(
        "pods-missing.tar.gz",
        4,
        Lists(liveness::pods_missing),
        "The node of `gateway-2` lost its hostname label: both DaemonSets want no pod.",
    ),
    example(
        "exporter-crashes.zip",
        4,
        Lists(liveness::exporter_crashes),
        "Only the metrics exporter in the frr pod of `gateway-1` crashes.",
    ),
    example(
        "frr-crashes.tar.bz2",
        4,
        Lists(liveness::frr_crashes),
        "FRR crashes on `gateway-1`, the preferred gateway; it has no session left.",
    ),
    example(
        "image-missing.zip",
        4,
        Lists(liveness::image_missing),
        "The image of the dataplane of `gateway-2` is not in the registry.",
    ),
    example(
        "init-fails.zip",
        4,
        Lists(liveness::init_fails),
        "Interface `enp2s2` of `gateway-2` has no MTU: the init container fails at every start.",
    ),
    example(
        "out-of-memory.zip",
        4,
        Lists(liveness::out_of_memory),
        "The dataplane of `gateway-1` was killed for memory twelve minutes ago and is back.",
    ),
    example(
        "dataplane-restarts.zip",
        4,
        Lists(liveness::dataplane_restarts),
        "The dataplane of `gateway-2` panicked three times, the last time twenty minutes ago.",
    ),
    example(
        "peering-prefix-forgotten.tar.zst",
        5,
        Lists(peering::prefix_forgotten),
        "Peering `vpc-02--external-01` names the External without `ext.`: no gateway gets it.",
    ),
    example(
        "vpcinfo-not-ready.tar.xz",
        5,
        Lists(peering::vpc_info_not_ready),
        "VPCInfo `vpc-05` has no internal id, which holds up every GatewayAgent; peering `vpc-03--vpc-05` waits for it.",
    ),
    example(
        "controller-crashes.zip",
        5,
        Lists(liveness::controller_crashes),
        "The fabric controller crashes; peering `vpc-02--vpc-04` reaches no gateway.",
    ),
    example(
        "wrong-namespace.zip",
        5,
        Objects(peering::wrong_namespace),
        "`gateway-3` was created in namespace `fab`, where no controller looks.",
    ),
    example(
        "orphan.zip",
        5,
        Lists(peering::orphan),
        "Gateway `gateway-2` was deleted; its GatewayAgent and pods live on.",
    ),
    example(
        "peered-twice.zip",
        5,
        Lists(peering::peered_twice),
        "`vpc-01` and `vpc-02` are peered by a VPCPeering and by a GatewayPeering.",
    ),
    example(
        "group-without-members.zip",
        5,
        Lists(peering::group_without_members),
        "Peering `vpc-01--vpc-02` is in group `dmz`, which has no member; both gateways refuse it.",
    ),
    example(
        "range-outside.zip",
        5,
        Lists(peering::range_outside),
        "Peering `vpc-01--vpc-03` exposes a range that is not part of `vpc-01`; the gateways run it, the next edit will be refused.",
    ),
    example(
        "neighbour-never-seen.hhs.gz",
        6,
        Dump(wiring::neighbour_never_seen),
        "`gateway-1` never had a session with 172.30.128.10 (`leaf-02`).",
    ),
    example(
        "asn-mismatch.tar.gz",
        6,
        Lists(wiring::asn_mismatch),
        "`gateway-2` expects ASN 65112 of 172.30.128.14; `leaf-02` has 65102.",
    ),
    example(
        "status-frozen.zip",
        6,
        Lists(wiring::status_frozen),
        "The status of `gateway-2` shows a session as established that FRR lost an hour ago.",
    ),
    example(
        "address-twice.zip",
        6,
        Lists(wiring::address_twice),
        "`gateway-2` was given the protocol address of `gateway-1`.",
    ),
    example("bfd-one-sided.zip", 6, Lists(wiring::bfd_one_sided), "BFD is on at the gateways and off at the switches."),
    example(
        "plugin-disconnected.zip",
        6,
        Lists(wiring::plugin_disconnected),
        "FRR and the dataplane of `gateway-1` speak different versions of their interface.",
    ),
    example(
        "flapping.zip",
        7,
        Json(wiring::flapping),
        "The session of `gateway-1` with 172.30.128.8 was lost fourteen times; it is up at the moment.",
    ),
    example(
        "no-prefixes.zip",
        8,
        Lists(wiring::no_prefixes),
        "172.30.128.12 (`leaf-01`) sends `gateway-2` no IPv4 prefix, by its status and by FRR.",
    ),
    example(
        "vpc-route-missing.zip",
        8,
        Lists(wiring::vpc_route_missing),
        "No gateway has a route to the subnet of `vpc-02`.",
    ),
    example("external-silent.zip", 8, Lists(wiring::external_silent), "No gateway has a route to `ext.external-01`."),
    example(
        "drops-filtered.hhs",
        9,
        Dump(traffic::filtered),
        "`gateway-1` filters 46 % of what `vpc-01` sends to `vpc-03`: no expose covers it.",
    ),
    example(
        "nothing-arrives.zip",
        9,
        Lists(traffic::nothing_arrives),
        "No packet between `vpc-01` and `vpc-03` reached `gateway-1`; only a fault if traffic is expected (`--expect 'vpc-01->vpc-03'`).",
    ),
    example("one-way.zip", 9, Lists(traffic::one_way), "`vpc-01` sends to `vpc-03` and gets nothing back."),
    example("flow-table-full.zip", 9, Lists(traffic::flow_table_full), "The flow table of `gateway-1` is full."),
    example("worker-died.zip", 9, Lists(traffic::worker_died), "Worker 3 of `gateway-2` has panicked."),
    example(
        "overloaded.zip",
        9,
        Lists(traffic::overloaded),
        "One worker of `gateway-1` loses packets of `enp2s2` before it reads them.",
    ),
    example(
        "small-mtu.zip",
        9,
        Lists(traffic::small_mtu),
        "Link `enp2s1` of `gateway-2` carries 1500 bytes, the fabric 9100.",
    ),
    example(
        "idle-timeout-zero.hhs.gz",
        10,
        Dump(nat::idle_timeout_zero),
        "The masquerade of `vpc-02--vpc-03` has an idle timeout of zero: connections break at once.",
    ),
    example(
        "acl-denies-all.zip",
        10,
        Lists(nat::acl_denies_all),
        "The ACL of `vpc-01--vpc-03` denies by default and allows nothing.",
    ),
    example(
        "acl-denies-replies.zip",
        10,
        Lists(nat::acl_denies_replies),
        "The ACL of `vpc-01--vpc-03` allows requests packet by packet and no replies.",
    ),
    example(
        "pool-shared.zip",
        10,
        Lists(nat::pool_shared),
        "Older release: `vpc-02` and `vpc-04` are masqueraded behind one range towards `vpc-03`.",
    ),
    example(
        "same-priority.zip",
        11,
        Lists(redundancy::same_priority),
        "Both gateways have priority 200 in group `default`.",
    ),
    example(
        "stale-groups.zip",
        11,
        Lists(redundancy::stale_groups),
        "`gateway-2` got priority 300; the agent of `gateway-1` still has 100: both think that they are preferred.",
    ),
    example(
        "standby-behind.hhs",
        11,
        Dump(redundancy::standby_behind),
        "The dataplane of `gateway-1` panics at every start, and `gateway-2`, the standby, does not apply its newest generation.",
    ),
    example(
        "traffic-on-standby.zip",
        11,
        Lists(redundancy::traffic_on_standby),
        "`gateway-2` carries the traffic although `gateway-1` is preferred and healthy.",
    ),
    example(
        "metrics-drops",
        12,
        ByHand(metrics::drops),
        "Metrics text only: `gateway-1` drops a quarter of what `vpc-02` sends.",
    ),
    example(
        "metrics-one-way.zip",
        12,
        ByHand(metrics::one_way),
        "Metrics text only: packets go from `vpc-01` to `vpc-03`, and none comes back through any gateway.",
    ),
    example(
        "leaf-without-route.zip",
        13,
        ByHand(leaves::route_missing),
        "The leaves have no route of `vpc-01` to `vpc-03` through a gateway.",
    ),
    example(
        "leaf-prefers-standby.zip",
        13,
        ByHand(leaves::standby_preferred),
        "The leaves send the traffic of `vpc-01` to `gateway-2` although `gateway-1` is preferred and healthy.",
    ),
    example(
        "leaf-routes-stale.zip",
        13,
        ByHand(leaves::routes_stale),
        "The node of `gateway-1` is down for 25 minutes, and the leaves still send to it.",
    ),
    example("release-25-05.zip", 0, Objects(healthy::release_25_05), "Nothing: release 25.05 in its own forms."),
    example(
        "show-tech-26-01",
        0,
        ByHand(healthy::show_tech_26_01),
        "Nothing: release 26.01 as show-tech files, in which every FRR command failed for a reason of the script.",
    ),
    example(
        "new-gateway.hhs.gz",
        0,
        Dump(healthy::new_gateway),
        "Nothing: `gateway-2` was created twenty seconds ago.",
    ),
];
