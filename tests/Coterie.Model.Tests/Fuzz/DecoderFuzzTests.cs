using System.Buffers;
using Coterie.Model.Metadata;
using Coterie.Model.Mutations;
using Coterie.Model.Reads;
using Coterie.Model.Rows;
using Coterie.Model.Tests.Golden;

namespace Coterie.Model.Tests.Fuzz;

/// <summary>
/// What comes from another node may be damaged in any way. A decoder takes it or says <see cref="MalformedDataException"/>, never anything else, and
/// reserves no more than what it was given could need.
/// </summary>
public sealed class DecoderFuzzTests
{
    private const int DamagesEach = 4_000;

    // A decoded thing is larger than its bytes, since every part becomes an object: but by a factor, not by what a length claims.
    private const int BytesForEach = 400;
    private const int BytesAlways = 16 * 1024;

    private delegate void Decode(byte[] source);

    public static TheoryData<string> Formats => ["mutation", "row", "command", "response", "digest", "change", "metadata"];

    [Theory]
    [MemberData(nameof(Formats))]
    public void A_decoder_survives_damage(string format)
    {
        var (seeds, decode) = Of(format);
        Assert.NotEmpty(seeds);
        var random = new Random(7);
        var taken = 0;
        foreach (var seed in seeds)
        {
            decode(seed);
            for (var i = 0; i < DamagesEach; i++)
            {
                taken += Survives(decode, Damaged(seed, random)) ? 1 : 0;
            }
        }

        // Were nothing ever refused, or nothing taken, the damage would not be what is meant.
        Assert.InRange(taken, 1, (DamagesEach * seeds.Count) - 1);
    }

    private static bool Survives(Decode decode, byte[] damaged)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        var isTaken = true;
        try
        {
            decode(damaged);
        }
        catch (MalformedDataException)
        {
            isTaken = false;
        }
        catch (Exception exception)
        {
            Assert.Fail($"{exception.GetType().Name} from {Convert.ToHexString(damaged)}: {exception}");
        }

        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.True(allocated <= BytesAlways + ((long)damaged.Length * BytesForEach), $"{allocated} bytes for {Convert.ToHexString(damaged)}");
        return isTaken;
    }

    private static (IReadOnlyList<byte[]> Seeds, Decode Decode) Of(string format) => format switch
    {
        "mutation" => (Golden("mutations.txt"), ReadMutation),
        "row" => (Rows(), ReadRow),
        "command" => (Golden("reads.txt", "single", "resumed", "range"), source => ReadCommand.Decode(source)),
        "response" => (Golden("reads.txt", "response"), ReadResponseAndWalk),
        "digest" => ([DigestBytes()], source => ReadDigest.Decode(source)),
        "change" => (Golden("../Metadata/golden-changes.txt"), source => MetadataCodec.DecodeChange(source)),
        _ => (Golden("../Metadata/golden-metadata.txt"), source => MetadataCodec.DecodeMetadata(source)),
    };

    /// <summary>The last word of each line, of those lines whose first word is among the names, if names are given.</summary>
    private static IReadOnlyList<byte[]> Golden(string file, params string[] names) =>
        [.. GoldenFile.Read(file).Where(w => w[^1].Length > 2 && (names.Length == 0 || names.Contains(w[0]))).Select(w => Convert.FromHexString(w[^1]))];

    private static List<byte[]> Rows()
    {
        var rows = new List<byte[]>();
        foreach (var mutation in Golden("mutations.txt"))
        {
            var reader = new MutationReader(mutation);
            while (reader.MoveNext())
            {
                rows.Add(reader.Row.ToArray());
            }
        }

        return rows;
    }

    private static byte[] DigestBytes()
    {
        var digest = new ArrayBufferWriter<byte>();
        new ReadDigest(UInt128.MaxValue / 3, new Model.Time.WriteTimestamp(5)).Encode(digest);
        return digest.WrittenSpan.ToArray();
    }

    /// <summary>What was validated must be read to its end without another word.</summary>
    private static void ReadMutation(byte[] source)
    {
        MutationReader.Validate(source);
        var reader = new MutationReader(source);
        while (reader.MoveNext())
        {
            Walk(reader.Row);
        }
    }

    private static void ReadRow(byte[] source)
    {
        RowMerge.Validate(source);
        Walk(source);
        var merged = new ArrayBufferWriter<byte>();
        RowMerge.Merge(source, source, merged);
        Assert.True(merged.WrittenSpan.SequenceEqual(source), $"a row merged with itself is another: {Convert.ToHexString(source)}");
    }

    private static void ReadResponseAndWalk(byte[] source)
    {
        var response = ReadResponse.Decode(source);
        response.Newest();
        foreach (var row in response.Partitions.SelectMany(p => p.Rows))
        {
            Walk(row.Row.Span);
        }
    }

    private static void Walk(ReadOnlySpan<byte> row)
    {
        var reader = new RowReader(row);
        while (reader.MoveNext())
        {
        }
    }

    private static byte[] Damaged(byte[] seed, Random random)
    {
        var bytes = seed.ToList();
        for (var i = 0; i <= random.Next(3) && bytes.Count > 0; i++)
        {
            var at = random.Next(bytes.Count);
            switch (random.Next(6))
            {
                case 0:
                    bytes[at] ^= (byte)(1 << random.Next(8));
                    break;
                case 1:
                    bytes[at] = (byte)random.Next(256);
                    break;
                case 2:
                    bytes[at] = 0xFF;
                    break;
                case 3:
                    bytes.RemoveRange(at, random.Next(1, Math.Min(9, bytes.Count - at + 1)));
                    break;
                case 4:
                    bytes.InsertRange(at, bytes.GetRange(at, Math.Min(random.Next(1, 9), bytes.Count - at)));
                    break;
                default:
                    bytes.RemoveRange(at, bytes.Count - at);
                    break;
            }
        }

        return [.. bytes];
    }
}
