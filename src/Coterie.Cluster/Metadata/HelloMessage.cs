using Coterie.Model;
using Coterie.Model.Ids;
using Coterie.Model.Metadata;

namespace Coterie.Cluster.Metadata;

/// <summary>
/// Body of a Hello and of its answer: who a node is, before there is metadata that says so. Both directions say the same. Described in
/// <c>docs/formats.md</c>.
/// </summary>
/// <param name="Node">Without tokens: formation gives them.</param>
/// <param name="ClusterId">None: not formed yet.</param>
/// <param name="InitialList">A hash of the initial list in its order.</param>
/// <param name="KnowsReceiver">In an answer: the receiver is a member of the cluster that the sender belongs to.</param>
/// <param name="MemberThere">In an answer: the member that the sender knows at the receiver's peer address; null: none.</param>
/// <param name="HasBeenMember">The sender belongs to no cluster, but has been a member of one, and has lost its store.</param>
internal sealed record HelloMessage(
    NodeInfo Node, ClusterId ClusterId, string ClusterName, Guid InitialList, bool KnowsReceiver, NodeId? MemberThere = null, bool HasBeenMember = false)
{
    private const byte Version = 3;
    private const int NameBytesMax = 65_536;

    public byte[] Encode()
    {
        var writer = new MetadataWriter();
        writer.WriteByte(Version);
        MetadataCodec.WriteNode(writer, Node);
        writer.WriteGuid(ClusterId.Value);
        writer.WriteString(ClusterName);
        writer.WriteGuid(InitialList);
        writer.WriteBoolean(KnowsReceiver);
        writer.WriteGuid(MemberThere?.Value ?? Guid.Empty);
        writer.WriteBoolean(HasBeenMember);
        return writer.Written.ToArray();
    }

    /// <exception cref="MalformedDataException">Not what <see cref="Encode"/> wrote.</exception>
    public static HelloMessage Decode(ReadOnlySpan<byte> source)
    {
        var reader = new MetadataReader(source);
        var version = reader.ReadByte("hello");
        if (version != Version)
        {
            throw new MalformedDataException($"hello: version {version} is not known");
        }

        var node = MetadataCodec.ReadNode(ref reader);
        var clusterId = new ClusterId(reader.ReadGuid("cluster id"));
        var clusterName = reader.ReadString(NameBytesMax, "cluster name");
        var initialList = reader.ReadGuid("initial list");
        var knowsReceiver = reader.ReadBoolean("knows receiver");
        var member = reader.ReadGuid("member at the address");
        var hasBeenMember = reader.ReadBoolean("has been a member");
        reader.ExpectEnd("hello");
        return new HelloMessage(
            node, clusterId, clusterName, initialList, knowsReceiver, member == Guid.Empty ? null : new NodeId(member), hasBeenMember);
    }
}
