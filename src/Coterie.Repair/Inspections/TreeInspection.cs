using System.Buffers;
using Coterie.Cluster.Ring;
using Coterie.Cluster.Transport;
using Coterie.Model;
using Coterie.Model.Ids;
using Coterie.Model.Trees;
using Coterie.Model.Wire;
using Coterie.Repair.Exchanges;

namespace Coterie.Repair.Inspections;

/// <summary>
/// Looks at the trees of two replicas, one range at a time, for somebody who wants to see what an exchange would find. Asks the very questions that an
/// <see cref="Exchange"/> asks, and changes nothing. What was written a moment ago counts as any other: it is shown as it is.
/// </summary>
/// <param name="messenger">Both are asked by message, this node itself too if it is one of them.</param>
/// <param name="self">This node.</param>
/// <param name="table">Whose rows.</param>
/// <param name="shared">The tokens that both replicas keep, in order.</param>
/// <param name="left">One replica.</param>
/// <param name="right">The other.</param>
/// <param name="salt">Of the digests; anew for each look.</param>
public sealed class TreeInspection(IMessenger messenger, NodeId self, StorageId table, IReadOnlyList<TokenSpan> shared, NodeId left, NodeId right, ulong salt)
{
    /// <summary>Parts that one look brings: few, since they are for people.</summary>
    public const int PartsMax = 4;

    /// <summary>Rows that differ which one look names.</summary>
    public const int RowsMax = 50;

    private const int RangesPerRequest = 64;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    private readonly TreeRequestHead _head = new(table, Cut: 0, salt, WithRecent: true);

    /// <summary>All keys of the table.</summary>
    public KeyRange Whole { get; } = KeyRange.OfTokens(table, Token.Minimum, new Token(long.MaxValue));

    /// <exception cref="ExchangeFailedException">One of the two did not answer.</exception>
    /// <exception cref="MalformedDataException">One of the two answered nonsense.</exception>
    public async Task<TreeLook> LookAsync(KeyRange range, CancellationToken cancellationToken)
    {
        var replicas = Replicas(cancellationToken);
        var spans = TreeCuts.Within(shared.Select(span => KeyRange.OfTokens(table, span.Start, span.End)), range);
        var pieces = spans.Count == 1 ? await CutAsync(replicas, spans[0]) : spans;
        if (pieces.Count == 1)
        {
            var (leaf, cut) = await LeafAsync(replicas, pieces[0]);
            if (cut is null)
            {
                var (mine, theirs) = await HashesAsync(replicas, pieces);
                return new TreeLook(range, mine[0], theirs[0], [], leaf);
            }

            pieces = KeyRange.Between([pieces[0].Lower, cut, pieces[0].Upper]);
        }

        var parts = await PartsAsync(replicas, TreeCuts.Group(pieces, PartsMax));
        return new TreeLook(range, TreeCuts.Sum(parts.Select(static part => part.Left)), TreeCuts.Sum(parts.Select(static part => part.Right)), parts, null);
    }

    /// <summary>The row with this key as each of the two has it; null: it has none.</summary>
    /// <exception cref="ExchangeFailedException">One of the two did not answer.</exception>
    /// <exception cref="MalformedDataException">One of the two answered nonsense.</exception>
    public async Task<(byte[]? Left, byte[]? Right)> RowAsync(byte[] key, CancellationToken cancellationToken)
    {
        var replicas = Replicas(cancellationToken);
        return (await FetchAsync(replicas, left, key), await FetchAsync(replicas, right, key));
    }

    private ReplicaRequests Replicas(CancellationToken cancellationToken) => new(messenger, self, Patience, new ExchangeFigures(), cancellationToken);

    /// <summary>Where one of the two says; the other is asked if it is one leaf for the first.</summary>
    private async Task<List<KeyRange>> CutAsync(ReplicaRequests replicas, KeyRange range)
    {
        foreach (var node in new[] { left, right })
        {
            var bounds = RangeBounds.Decode(await replicas.AskAsync(node, Verb.TreeSplit, RangeRequest(range)), range);
            if (bounds.Count > 2)
            {
                return KeyRange.Between(bounds);
            }
        }

        return [range];
    }

    private async Task<List<TreePart>> PartsAsync(ReplicaRequests replicas, List<List<KeyRange>> groups)
    {
        var (mine, theirs) = await HashesAsync(replicas, [.. groups.SelectMany(static group => group)]);
        var parts = new List<TreePart>();
        var at = 0;
        foreach (var group in groups)
        {
            parts.Add(new TreePart(
                new KeyRange(group[0].Lower, group[^1].Upper),
                TreeCuts.Sum(mine.GetRange(at, group.Count)),
                TreeCuts.Sum(theirs.GetRange(at, group.Count))));
            at += group.Count;
        }

        return parts;
    }

    private async Task<(List<RangeHash> Left, List<RangeHash> Right)> HashesAsync(ReplicaRequests replicas, List<KeyRange> ranges)
    {
        var (mine, theirs) = (new List<RangeHash>(), new List<RangeHash>());
        foreach (var some in ranges.Chunk(RangesPerRequest))
        {
            var request = TreeRanges.Request(_head, some);
            mine.AddRange(RangeHashes.Decode(await replicas.AskAsync(left, Verb.TreeHash, request), some.Length).Hashes);
            theirs.AddRange(RangeHashes.Decode(await replicas.AskAsync(right, Verb.TreeHash, request), some.Length).Hashes);
        }

        return (mine, theirs);
    }

    /// <summary>The rows of a leaf; or, if one of the two has more of them than an answer holds, where it is to be cut.</summary>
    private async Task<(LeafLook? Leaf, byte[]? Cut)> LeafAsync(ReplicaRequests replicas, KeyRange range)
    {
        var mine = await RowsAsync(replicas, left, range);
        var theirs = await RowsAsync(replicas, right, range);
        return (mine.CutAt ?? theirs.CutAt) is { } cut ? (null, cut) : (TreeCuts.Compare(mine.Rows, theirs.Rows, RowsMax), null);
    }

    private async Task<RowSummaries> RowsAsync(ReplicaRequests replicas, NodeId node, KeyRange range) =>
        Summaries(await replicas.AskAsync(node, Verb.RowDigests, RangeRequest(range)), range);

    private static RowSummaries Summaries(byte[] body, KeyRange range)
    {
        var reader = new ByteReader(body);
        var summaries = RowSummaries.Read(ref reader, range);
        reader.ExpectEnd("the digests");
        return summaries;
    }

    private async Task<byte[]?> FetchAsync(ReplicaRequests replicas, NodeId node, byte[] key)
    {
        var fetched = FetchedRows.OfKeys(await replicas.AskAsync(node, Verb.RowFetch, RowKeys.Request(_head, [key])), [key]);
        return fetched.Rows == 0 ? null : RowIn(fetched.Entries.Span);
    }

    private static byte[] RowIn(ReadOnlySpan<byte> entries)
    {
        var reader = new ByteReader(entries);
        Check.That(EntryList.TryRead(ref reader, out _, out var row));
        return row.ToArray();
    }

    private byte[] RangeRequest(KeyRange range)
    {
        var destination = new ArrayBufferWriter<byte>();
        _head.Write(destination);
        range.Write(destination);
        return destination.WrittenSpan.ToArray();
    }
}
