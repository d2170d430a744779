using Coterie.Cluster.Membership;
using Coterie.Cluster.Metadata;
using Coterie.Cluster.Ring;
using Coterie.Cluster.Transport;
using Coterie.Model.Ids;
using Coterie.Replica;
using Coterie.Replica.Groups;
using Coterie.Replica.Groups.Restore;
using Coterie.Storage.Writer;
using Microsoft.Extensions.Logging;

namespace Coterie.Server;

/// <summary>Wires a node's part in leader-based keyspaces: the members of its groups, and the handlers of what is sent to them.</summary>
internal static class LeaderGroups
{
    /// <summary>Answers as soon as it is made; takes part from <see cref="GroupMembers.Start"/> on.</summary>
    public static GroupMembers Register(
        NodeParts parts,
        Messenger messenger,
        IMetadataView metadata,
        LivenessMonitor liveness,
        IStorageWriter writer,
        LiveTables tables,
        ClosedGroups closed,
        long lastLoss,
        NodeId self,
        ReplicaCounters counters,
        Random random)
    {
        var maps = new ReplicaMaps(metadata, parts.Options.Datacenter);
        var groupTables = new GroupTables(metadata, maps);
        var members = new GroupMembers(new GroupMembersParts
        {
            Self = self,
            Engine = parts.Engine,
            Writer = writer,
            Tables = tables,
            Messenger = messenger,
            Metadata = metadata,
            GroupTables = groupTables,
            Closed = closed,
            LastLoss = lastLoss,
            Maps = maps,
            Liveness = liveness,
            Links = messenger,
            Time = parts.Time,
            Random = random,
            Options = parts.Options.Groups,
            Logger = parts.Logging.CreateLogger<GroupMembers>(),
        });
        messenger.Register(Verb.Raft, new RaftHandler(members, counters, parts.Logging.CreateLogger<RaftHandler>()));
        var leaders = new LeaderHandler(members, tables, parts.Time, counters, parts.Logging.CreateLogger<LeaderHandler>());
        foreach (var verb in LeaderHandler.Verbs)
        {
            messenger.Register(verb, leaders);
        }

        var restores = new RestoreHandler(members, groupTables, parts.Engine, counters, parts.Logging.CreateLogger<RestoreHandler>());
        foreach (var verb in RestoreHandler.Verbs)
        {
            messenger.Register(verb, restores);
        }

        return members;
    }
}
