using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Coterie.Model;

namespace Coterie.Storage.Trees;

/// <summary>
/// The leaves of one table in order of their starts, in chunks, so that a look-up is two binary searches and an insertion moves few.
/// Not safe by itself: its owner holds a lock.
/// </summary>
/// <remarks>Invariant: never empty; the first leaf starts with the table's id alone, so that every key of the table has a leaf.</remarks>
internal sealed class LeafIndex
{
    private const int ChunkMax = 512;

    private readonly List<Chunk> _chunks = [];

    /// <param name="leaves">In order; may be empty.</param>
    public LeafIndex(uint table, IEnumerable<Leaf> leaves)
    {
        Table = table;
        foreach (var leaf in leaves)
        {
            if (_chunks.Count == 0 || _chunks[^1].Count == ChunkMax / 2)
            {
                _chunks.Add(new Chunk());
            }

            _chunks[^1].Insert(_chunks[^1].Count, [leaf]);
            Count++;
        }

        var first = new byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32BigEndian(first, table);
        if (_chunks.Count == 0)
        {
            _chunks.Add(new Chunk());
            _chunks[0].Insert(0, [Leaf.Dirty(first)]);
            Count = 1;
        }
        else if (!_chunks[0][0].Start.AsSpan().SequenceEqual(first))
        {
            // The record was lost or damaged: what it stood for is read anew.
            _chunks[0].Insert(0, [Leaf.Dirty(first)]);
            Count++;
        }
    }

    public uint Table { get; }

    public int Count { get; private set; }

    public Leaf First => _chunks[0][0];

    /// <summary>The leaf that the key belongs to.</summary>
    public Leaf Find(ReadOnlySpan<byte> key)
    {
        Locate(key, out var chunk, out var index);
        return _chunks[chunk][index];
    }

    /// <summary>The leaf behind; null: there is none.</summary>
    public Leaf? After(Leaf leaf)
    {
        Locate(leaf.Start, out var chunk, out var index);
        return index + 1 < _chunks[chunk].Count ? _chunks[chunk][index + 1]
            : chunk + 1 < _chunks.Count ? _chunks[chunk + 1][0]
            : null;
    }

    /// <summary>Where the leaf's keys end: at the next leaf's start, or with the table.</summary>
    public byte[] EndOf(Leaf leaf) => After(leaf)?.Start ?? TreeLeaves.EndOfTable(Table);

    /// <summary>Whether this very leaf is in the index: it may have been cut or joined since somebody looked.</summary>
    public bool Contains(Leaf leaf) => ReferenceEquals(Find(leaf.Start), leaf);

    /// <summary>Puts leaves in the place of one; none: its range falls to the leaf before it.</summary>
    public void Replace(Leaf leaf, IReadOnlyList<Leaf> leaves)
    {
        Locate(leaf.Start, out var chunk, out var index);
        Check.That(ReferenceEquals(_chunks[chunk][index], leaf));
        Check.That(leaves.Count > 0 || chunk > 0 || index > 0, "the first leaf of a table stays");
        _chunks[chunk].RemoveAt(index);
        _chunks[chunk].Insert(index, leaves);
        Count += leaves.Count - 1;
        if (_chunks[chunk].Count == 0)
        {
            _chunks.RemoveAt(chunk);
        }
        else
        {
            CutChunk(chunk);
        }
    }

    /// <summary>The leaves that have keys from <paramref name="lower"/> up to <paramref name="upper"/>, in order.</summary>
    public IEnumerable<Leaf> Covering(byte[] lower, byte[] upper)
    {
        Locate(lower, out var chunk, out var index);
        for (; chunk < _chunks.Count; chunk++, index = 0)
        {
            for (; index < _chunks[chunk].Count; index++)
            {
                var leaf = _chunks[chunk][index];
                if (leaf.Start.AsSpan().SequenceCompareTo(upper) >= 0)
                {
                    yield break;
                }

                yield return leaf;
            }
        }
    }

    public IEnumerable<Leaf> All()
    {
        foreach (var chunk in _chunks)
        {
            for (var i = 0; i < chunk.Count; i++)
            {
                yield return chunk[i];
            }
        }
    }

    private void Locate(ReadOnlySpan<byte> key, out int chunk, out int index)
    {
        var prefix = Leaf.PrefixOf(key);
        var low = 0;
        var high = _chunks.Count;
        while (high - low > 1)
        {
            var middle = (low + high) / 2;
            if (_chunks[middle][0].CompareStartTo(prefix, key) <= 0)
            {
                low = middle;
            }
            else
            {
                high = middle;
            }
        }

        chunk = low;
        index = _chunks[chunk].Locate(prefix, key);
    }

    private void CutChunk(int chunk)
    {
        while (_chunks[chunk].Count > ChunkMax)
        {
            _chunks.Insert(chunk + 1, _chunks[chunk].TakeLast(ChunkMax / 2));
        }
    }

    /// <summary>
    /// A run of leaves, and beside it their prefixes, which are all that a look-up reads as long as they differ: they lie side by side in memory, where
    /// each leaf is somewhere else.
    /// </summary>
    private sealed class Chunk
    {
        private readonly List<Leaf> _leaves = [];
        private readonly List<ulong> _prefixes = [];

        public int Count => _leaves.Count;

        public Leaf this[int index] => _leaves[index];

        public void Insert(int index, IReadOnlyList<Leaf> leaves)
        {
            _leaves.InsertRange(index, leaves);
            _prefixes.InsertRange(index, leaves.Select(static leaf => leaf.Prefix));
        }

        public void RemoveAt(int index)
        {
            _leaves.RemoveAt(index);
            _prefixes.RemoveAt(index);
        }

        public Chunk TakeLast(int count)
        {
            var taken = new Chunk();
            taken._leaves.AddRange(_leaves.GetRange(Count - count, count));
            taken._prefixes.AddRange(_prefixes.GetRange(Count - count, count));
            _leaves.RemoveRange(Count - count, count);
            _prefixes.RemoveRange(_prefixes.Count - count, count);
            return taken;
        }

        /// <summary>Where the last leaf stands that does not start behind the key; the first if there is none.</summary>
        public int Locate(ulong prefix, ReadOnlySpan<byte> key)
        {
            var prefixes = CollectionsMarshal.AsSpan(_prefixes);
            var low = 0;
            var high = prefixes.Length;
            while (high - low > 1)
            {
                var middle = (low + high) / 2;
                if (prefixes[middle] < prefix || (prefixes[middle] == prefix && _leaves[middle].CompareStartTo(prefix, key) <= 0))
                {
                    low = middle;
                }
                else
                {
                    high = middle;
                }
            }

            return low;
        }
    }
}
