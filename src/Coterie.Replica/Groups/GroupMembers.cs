using Coterie.Cluster.Membership;
using Coterie.Cluster.Metadata;
using Coterie.Cluster.Ring;
using Coterie.Cluster.Transport;
using Coterie.Model.Ids;
using Coterie.Model.Metadata;
using Coterie.Storage;
using Coterie.Storage.Writer;
using Microsoft.Extensions.Logging;

namespace Coterie.Replica.Groups;

/// <summary>
/// The groups that this node is a member of: one for each set of nodes that keeps rows of a leader-based keyspace. Follows the metadata, and gives all of
/// them their ticks. A group that no keyspace needs any more goes on until the node stops: its log is what the next keyspace with these replicas begins from.
/// </summary>
public sealed class GroupMembers : ILeaderView, IAsyncDisposable
{
    /// <summary>So long a message between members may be on its way.</summary>
    private static readonly TimeSpan MailTimeout = TimeSpan.FromSeconds(1);

    private readonly GroupParts _parts;
    private readonly IMetadataView _metadata;
    private readonly ReplicaMaps _maps;
    private readonly ILiveness _liveness;
    private readonly IPeerLinks _links;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Lock _gate = new();
    private volatile Dictionary<GroupId, GroupMember> _members = [];
    private Task _ticking = Task.CompletedTask;

    public GroupMembers(GroupMembersParts parts)
    {
        _parts = new GroupParts
        {
            Self = parts.Self,
            Engine = parts.Engine,
            Writer = parts.Writer,
            Tables = parts.Tables,
            Mail = new PeerMail(parts.Messenger, MailTimeout),
            Messenger = parts.Messenger,
            Liveness = parts.Liveness,
            GroupTables = parts.GroupTables,
            Closed = parts.Closed,
            LastLoss = parts.LastLoss,
            Logger = parts.Logger,
            Time = parts.Time,
            Random = parts.Random,
            Options = parts.Options,
        };
        _metadata = parts.Metadata;
        _maps = parts.Maps;
        _liveness = parts.Liveness;
        _links = parts.Links;
        _logger = parts.Logger;
    }

    /// <summary>Takes part in the groups there are, and in those to come.</summary>
    public void Start()
    {
        _metadata.Changed += Follow;
        _links.LinkLost += Suspect;
        _liveness.Changed += OnLiveness;
        Follow(_metadata.Current, _metadata.Current);
        _ticking = TickAsync();
    }

    public IReadOnlyList<GroupStatus> Status() => [.. _members.OrderBy(static one => one.Key).Select(static one => one.Value.Status)];

    public NodeId? LeaderOf(GroupId group) => Find(group)?.Leader;

    public async ValueTask DisposeAsync()
    {
        _metadata.Changed -= Follow;
        _links.LinkLost -= Suspect;
        _liveness.Changed -= OnLiveness;
        _stopping.Cancel();
        await _ticking;
        foreach (var member in _members.Values)
        {
            await member.DisposeAsync();
        }

        _stopping.Dispose();
    }

    internal GroupMember? Find(GroupId group) => _members.GetValueOrDefault(group);

    private async Task TickAsync()
    {
        using var timer = new PeriodicTimer(_parts.Options.Tick, _parts.Time);
        try
        {
            while (await timer.WaitForNextTickAsync(_stopping.Token))
            {
                foreach (var member in _members.Values)
                {
                    member.Tick();
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The node stops.
        }
    }

    private void Follow(ClusterMetadata before, ClusterMetadata after)
    {
        lock (_gate)
        {
            var members = new Dictionary<GroupId, GroupMember>(_members);
            foreach (var keyspace in after.Keyspaces.Values.Where(static keyspace => keyspace.IsLeaderBased))
            {
                foreach (var group in _maps.For(keyspace.Name)?.Groups ?? [])
                {
                    if (group.Contains(_parts.Self) && !members.ContainsKey(group.Id))
                    {
                        members.Add(group.Id, new GroupMember(_parts, group));
                        GroupLog.Joined(_logger, group.Id, group.Nodes.Length);
                    }
                }
            }

            _members = members;
        }
    }

    private void OnLiveness(NodeId node, bool isAlive)
    {
        if (!isAlive)
        {
            Suspect(node);
        }
    }

    private void Suspect(NodeId node)
    {
        foreach (var member in _members.Values)
        {
            member.Suspect(node);
        }
    }
}

/// <summary>What the groups of a node are made from.</summary>
public sealed record GroupMembersParts
{
    public required NodeId Self { get; init; }

    public required IStorageEngine Engine { get; init; }

    public required IStorageWriter Writer { get; init; }

    public required LiveTables Tables { get; init; }

    public required IMessenger Messenger { get; init; }

    public required GroupTables GroupTables { get; init; }

    public required ClosedGroups Closed { get; init; }

    /// <summary>The incarnation of this node since it last lost writes; 0: it never has.</summary>
    public required long LastLoss { get; init; }

    public required IMetadataView Metadata { get; init; }

    public required ReplicaMaps Maps { get; init; }

    public required ILiveness Liveness { get; init; }

    public required IPeerLinks Links { get; init; }

    public required TimeProvider Time { get; init; }

    public required Random Random { get; init; }

    public required GroupOptions Options { get; init; }

    public required ILogger<GroupMembers> Logger { get; init; }
}
