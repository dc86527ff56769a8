//! What kind a table lists.

use super::columns::{self, COMMON, KindColumns};
use super::{Command, Table};
use crate::parse::kinds::{self, KindInfo};

/// What told the kind of a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Evidence {
    /// Names with a prefix, `switch.wiring.githedgehog.com/leaf-01`.
    NamePrefix,
    /// The set of headers.
    Headers,
    /// The command above.
    Command,
    /// The file name or section title.
    Hint,
}

/// The kind of a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Detected {
    /// Kind.
    pub kind: &'static KindInfo,
    /// What told it.
    pub evidence: Evidence,
}

/// How well a kind's columns match a header.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Match {
    /// Headers that are columns of the kind.
    known: usize,
    /// Headers that are neither columns of the kind nor common ones.
    unknown: usize,
}

fn compare(columns: &KindColumns, table: &Table<'_>) -> Match {
    let mut found = Match { known: 0, unknown: 0 };
    for column in &table.header {
        if columns.own(column.name).is_some() {
            found.known += 1;
        } else if !COMMON.iter().any(|common| common.header == column.name) {
            found.unknown += 1;
        }
    }
    found
}

/// True where every cell can hold what its column holds.
fn values_fit(columns: &KindColumns, table: &Table<'_>) -> bool {
    let casts: Vec<_> = table.header.iter().map(|column| columns.column(column.name).map(|col| col.cast)).collect();
    table
        .rows
        .iter()
        .filter(|row| !row.shifted)
        .flat_map(|row| &row.cells)
        .all(|cell| casts.get(cell.column).copied().flatten().is_none_or(|cast| cast.fits(cell.text)))
}

/// The kind whose columns match best, if one is better than all others.
fn by_headers(table: &Table<'_>) -> Option<&'static KindInfo> {
    let mut best: Option<(usize, usize, &KindColumns)> = None;
    let mut tie = false;
    for columns in columns::all().filter(|columns| !columns.required.is_empty()) {
        if !columns.required.iter().all(|header| table.column(header).is_some()) {
            continue;
        }
        let Match { known, unknown } = compare(columns, table);
        // Newer releases may add columns, but few against those that are known.
        if unknown.saturating_mul(3) > known || !values_fit(columns, table) {
            continue;
        }
        let rank = (unknown, usize::MAX - columns.required.len());
        match best {
            Some((a, b, _)) if (a, b) < rank => {}
            Some((a, b, other)) if (a, b) == rank => tie |= other.kind != columns.kind,
            _ => {
                best = Some((rank.0, rank.1, columns));
                tie = false;
            }
        }
    }
    best.filter(|_| !tie).and_then(|(_, _, columns)| kinds::by_kind(columns.kind))
}

/// True where a table with these headers can list that kind.
fn is_possible(kind: &KindInfo, table: &Table<'_>) -> bool {
    columns::all().filter(|columns| columns.kind == kind.kind).any(|columns| {
        let Match { known, unknown } = compare(columns, table);
        (columns.required.is_empty() || known > 0) && unknown <= known + 2 && values_fit(columns, table)
    })
}

/// The kind in the names of a table with several kinds in one command.
fn by_prefix(table: &Table<'_>) -> Option<&'static KindInfo> {
    let row = table.rows.first()?;
    let (prefix, _) = table.cell(row, "NAME")?.text.split_once('/')?;
    kinds::by_resource(prefix)
}

/// The kind that a command lists; none where it lists several.
fn by_command(command: &Command) -> Option<&'static KindInfo> {
    match command.resources.as_slice() {
        [one] => kinds::by_resource(one),
        _ => None,
    }
}

/// Tells the kind of a table: by the prefix of its names, its headers, the command above, or a hint (a
/// file name, or a section title that may hold a command). None where nothing is certain enough.
#[must_use]
pub fn detect(table: &Table<'_>, hint: Option<&str>) -> Option<Detected> {
    if let Some(command) = &table.command {
        let chosen_columns = command.output.as_ref().is_some_and(|output| output.starts_with("custom-columns"));
        if command.verb != "get" || chosen_columns {
            return None;
        }
    }
    let found = |kind, evidence| Some(Detected { kind, evidence });
    if let Some(kind) = by_prefix(table) {
        return found(kind, Evidence::NamePrefix);
    }
    let told = by_headers(table);
    let commanded = table.command.as_deref().and_then(by_command).filter(|kind| is_possible(kind, table));
    if let Some(kind) = told {
        return found(kind, Evidence::Headers);
    }
    if let Some(kind) = commanded {
        return found(kind, Evidence::Command);
    }
    let hint = hint?;
    let hinted = match Command::parse(hint, 0) {
        Some(command) => (command.verb == "get").then(|| by_command(&command)).flatten(),
        None => kinds::by_file_name(hint),
    };
    hinted.filter(|kind| is_possible(kind, table)).and_then(|kind| found(kind, Evidence::Hint))
}

#[cfg(test)]
mod tests {
    use super::super::tables;
    use super::*;

    fn kind(text: &str, hint: Option<&str>) -> Option<(&'static str, Evidence)> {
        let tables = tables(text);
        assert_eq!(tables.len(), 1, "{text}");
        detect(&tables[0], hint).map(|found| (found.kind.kind, found.evidence))
    }

    #[test]
    fn every_generation_by_its_headers() {
        for (header, expected) in [
            ("NAME APPLIED APPLIEDG CURRENTG VERSION PROTOCOLIP VTEPIP AGE", "GatewayAgent"),
            ("NAME APPLIED APPLIEDG CURRENTG VERSION AGE", "GatewayAgent"),
            ("NAME APPLIED APPLIEDG CURRENTG VERSION PROTOIP VTEPIP AGE", "GatewayAgent"),
            ("NAME HEARTBEAT APPLIED APPLIEDG CURRENTG VERSION", "GatewayAgent"),
            ("NAMESPACE NAME HEARTBEAT APPLIED APPLIEDG CURRENTG VERSION VTEPIP PROTOIP AGE", "GatewayAgent"),
            ("NAME ROLE DESCR APPLIED APPLIEDG CURRENTG VERSION REBOOTREQ", "Agent"),
            (
                "NAME ROLE DESCR HWSKU ASIC HEARTBEAT APPLIED APPLIEDG CURRENTG VERSION SOFTWARE ATTEMPT ATTEMPTG AGE",
                "Agent",
            ),
            (
                "NAME ROLE DESCR HWSKU HEARTBEAT APPLIED APPLIEDG CURRENTG VERSION REBOOTREQ SOFTWARE ATTEMPT ATTEMPTG ROCE CURRROCE ECMPQPN AGE",
                "Agent",
            ),
            ("NAME PROFILE ROLE HEARTBEAT APPLIED APPLIEDG CURRENTG VERSION", "Agent"),
            (
                "NAME PROFILE ROLE DESCR HWSKU HEARTBEAT APPLIED APPLIEDG CURRENTG VERSION REBOOTREQ SOFTWARE ATTEMPT ATTEMPTG ROCE CURRROCE ECMPQPN AGE",
                "Agent",
            ),
            ("NAME SUBNET CIDRBLOCK GATEWAY STARTIP ENDIP AGE", "DHCPSubnet"),
            (
                "NAME SUBNET CIDRBLOCK GATEWAY STARTIP ENDIP VRF CIRCUITID DNSSERVERS TIMESERVERS INTERFACEMTU AGE",
                "DHCPSubnet",
            ),
            ("NAME ROLES MGMTIP AGE", "FabNode"),
            ("NAME RELEASE CTRLVER GEN APPL APPLT STATUS READY GWREADY", "Fabricator"),
            ("NAME RELEASE CTRLVER GEN APPL APPLT STATUS REGISTRY CTRL READY GWREADY", "Fabricator"),
            ("NAME PROTOIP VTEPIP AGE", "Gateway"),
            ("NAME PROTOIP VTEPIP GROUPS AGE", "Gateway"),
            ("NAME VTEPIP GROUPS", "Gateway"),
            ("NAME VTEPIP GROUPS WORKERS PROTOIP AGE", "Gateway"),
            ("NAME GATEWAYGROUP AGE", "GatewayPeering"),
            ("NAME GROUP VPCS NAT", "GatewayPeering"),
            ("NAME GROUP VPCS NAT AGE", "GatewayPeering"),
            ("NAME INTERNALID AGE", "VPCInfo"),
            ("NAME IPV4NS INCOMM OUTCOMM AGE", "External"),
            ("NAME EXTERNAL CONNECTION AGE", "ExternalAttachment"),
            ("NAME EXTERNAL CONNECTION SWVLAN SWIP NEIGHASN NEIGHIP AGE", "ExternalAttachment"),
            ("NAME VPC EXTERNAL AGE", "ExternalPeering"),
            ("NAME VPC VPCSUBNETS EXTERNAL EXTPREFIXES AGE", "ExternalPeering"),
            ("NAME SUBNETS AGE", "IPv4Namespace"),
            ("NAME IPV4NS VLANNS AGE", "VPC"),
            ("NAME IPV4NS VLANNS SUBNETS VNI AGE", "VPC"),
            ("NAME VPCSUBNET CONNECTION NATIVEVLAN AGE", "VPCAttachment"),
            ("NAME VPC1 VPC2 REMOTE AGE", "VPCPeering"),
            ("NAME TYPE AGE", "Connection"),
            ("NAME TYPE SWITCHES SERVERS AGE", "Connection"),
            ("NAME TYPE DESCR AGE", "Server"),
            ("NAME PROFILE ROLE DESCR GROUPS AGE", "Switch"),
            ("NAME PROFILE ROLE DESCR GROUPS REDUNDANCY BOOT AGE", "Switch"),
            ("NAME PROFILE ROLE DESCR BOOT VTEPIP", "Switch"),
            ("NAME PROFILE ROLE DESCR BOOT VTEPIP REDUNDANCY GROUPS AGE", "Switch"),
            ("NAME DISPLAYNAME OTHERNAMES PORTS AGE", "SwitchProfile"),
            ("NAME DISPLAYNAME OTHERNAMES SILICON PORTS", "SwitchProfile"),
            ("NAME READY STATUS RESTARTS AGE", "Pod"),
            ("NAMESPACE NAME READY STATUS RESTARTS AGE IP NODE NOMINATED NODE READINESS GATES LABELS", "Pod"),
            ("NAME STATUS ROLES AGE VERSION", "Node"),
            ("NAMESPACE LAST SEEN TYPE REASON OBJECT MESSAGE", "Event"),
            ("NAME DESIRED CURRENT READY UP-TO-DATE AVAILABLE NODE SELECTOR AGE", "DaemonSet"),
            ("NAME READY UP-TO-DATE AVAILABLE AGE", "Deployment"),
            ("NAME DESIRED CURRENT READY AGE", "ReplicaSet"),
            ("NAME STATUS AGE", "Namespace"),
            ("NAME TYPE DATA AGE", "Secret"),
            ("NAME DATA AGE", "ConfigMap"),
        ] {
            assert_eq!(kind(header, None), Some((expected, Evidence::Headers)), "{header}");
        }
    }

    #[test]
    fn other_tables() {
        for text in [
            "NAME   AGE\nx      1d\n",
            "NAME   TYPE   CLUSTER-IP   EXTERNAL-IP   PORT(S)   AGE\n",
            "NAME   STATUS   VOLUME   CAPACITY   AGE\n",
            "NAME     READY   AGE\nissuer   True    9d\n",
            "NAME   READY   SECRET   AGE\n",
            "NAME    STATUS   AGE\nthing   Bound    9d\n",
            "NAME      TYPE      LINKS\nx--y--z   fabric    a\n",
            "NAME       TYPE        AGE\nx--y       ClusterIP   9d\n",
            "NAME    PROFILE    ROLE    GROUPS    SERIAL    STATE    GEN    APPLIED    HEARTBEAT\n",
            "NAME   NAMESPACE   REVISION   UPDATED   STATUS   CHART   APP   VERSION\n",
            "NAME   SHORTNAMES   APIVERSION   NAMESPACED   KIND\n",
            "$ kubectl get agents -o custom-columns=NAME:.a,ROLE:.b\nNAME   ROLE   APPLIED   APPLIEDG   CURRENTG\n",
            "$ kubectl fabric inspect x\nNAME   TYPE   AGE\n",
        ] {
            assert_eq!(kind(text, None), None, "{text}");
        }
    }

    #[test]
    fn prefixes_commands_and_hints() {
        let bare = "NAME      AGE\ndefault   9d\n";
        assert_eq!(kind(bare, Some("a/vlannamespaces.txt")), Some(("VLANNamespace", Evidence::Hint)));
        assert_eq!(
            kind(bare, Some("Executing: /opt/bin/kubectl get switchgroups.wiring.githedgehog.com -A")),
            Some(("SwitchGroup", Evidence::Hint))
        );
        // Agents never print only a name and an age.
        assert_eq!(kind(bare, Some("agents.txt")), None);
        assert_eq!(
            kind(&format!("$ kubectl get gwgr -A\n{bare}"), Some("vlannamespaces.txt")),
            Some(("GatewayGroup", Evidence::Command))
        );
        assert_eq!(
            kind("NAME                        AGE\ncatalog.agent.githedgehog.com/vpcs   9d\n", None),
            Some(("Catalog", Evidence::NamePrefix))
        );
    }
}
