using System.Buffers.Binary;
using System.Net;
using Coterie.Model;
using Coterie.Model.Ids;
using Coterie.Model.Metadata;
using Coterie.Model.Quorum;

namespace Coterie.Cluster.Metadata;

/// <summary>
/// Of a voter that has lost its store: in which instances it may have promised or accepted what it does not remember. In those it takes no part, or
/// two values could be chosen. Pure decisions over what others say, and one durable number. See docs/decisions/0007-complete-or-incomplete.md.
/// </summary>
/// <remarks>
/// The argument. To have taken part in instance e, this voter had applied e − 1. So e − 1 was decided, and a majority of the voters had accepted it. Ask a
/// majority of the voters that does not count this one: it meets that majority in a voter that accepted e − 1, and so had applied e − 2. So e is at most the
/// highest epoch that they have applied, and two. Where there are two voters no such majority exists, and none is needed: every quorum contains the
/// other, which remembers all that was ever chosen, and whose promises bind each attempt.
/// </remarks>
internal sealed class Amnesia
{
    private const string Key = "amnesia";
    private const long Unknown = -1;
    private readonly IMetadataStore _store;
    private long _until;

    /// <exception cref="MalformedDataException">What is stored is not an epoch.</exception>
    public Amnesia(IMetadataStore store)
    {
        _store = store;
        _until = store.Get(Key) switch
        {
            null => 0,
            { Length: sizeof(long) } value => BinaryPrimitives.ReadInt64BigEndian(value),
            var value => throw new MalformedDataException($"amnesia of {value.Length} bytes"),
        };
    }

    /// <summary>The others have yet to be asked; until then it abstains from everything.</summary>
    public bool IsUnresolved => Volatile.Read(ref _until) == Unknown;

    /// <summary>This node's store is new, though the node is not. Durable before the node has its identity, and so before it can vote.</summary>
    public static Task BeginAsync(IMetadataStore store) => store.PutAsync(Key, Encode(Unknown));

    public bool AbstainsFrom(Epoch epoch) => Volatile.Read(ref _until) is var until && (until == Unknown || epoch.Value <= until);

    /// <summary>
    /// Up to which epoch the node abstains, given which epochs others have applied; null: too few of them have answered.
    /// </summary>
    /// <param name="metadata">As this node has it, after it has caught up.</param>
    /// <param name="self">This node's peer address.</param>
    /// <param name="applied">The epochs of the other voters that have answered, by address.</param>
    public static long? Until(ClusterMetadata metadata, IPEndPoint self, IReadOnlyDictionary<IPEndPoint, Epoch> applied)
    {
        var voters = metadata.Voters;
        if (!voters.Contains(self) || voters.Length <= 2)
        {
            return 0;
        }

        var heard = voters.Where(voter => !voter.Equals(self) && applied.ContainsKey(voter)).ToList();
        return heard.Count < ReplicaCounts.Majority(voters.Length)
            ? null
            : Math.Max(metadata.Epoch.Value, heard.Max(voter => applied[voter].Value)) + 2;
    }

    /// <exception cref="IOException">It could not be made durable: the node goes on abstaining.</exception>
    public async Task ResolveAsync(long until)
    {
        await _store.PutAsync(Key, Encode(until));
        Volatile.Write(ref _until, until);
    }

    private static byte[] Encode(long until)
    {
        var value = new byte[sizeof(long)];
        BinaryPrimitives.WriteInt64BigEndian(value, until);
        return value;
    }
}
