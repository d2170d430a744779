using Coterie.Model.Metadata;

namespace Coterie.Model.Tests.Metadata;

public sealed class MetadataCodecTests
{
    private static readonly ClusterMetadata Full = TestSchema.After(ClusterMetadata.Empty, TestSchema.OneOfEach.Take(6));

    public static TheoryData<int> Changes => [.. Enumerable.Range(0, TestSchema.OneOfEach.Length)];

    [Theory]
    [MemberData(nameof(Changes))]
    public void A_change_is_read_back_as_it_was_written(int which)
    {
        var bytes = MetadataCodec.Encode(TestSchema.OneOfEach[which]);

        var read = MetadataCodec.DecodeChange(bytes);

        Assert.IsType(TestSchema.OneOfEach[which].GetType(), read);
        Assert.Equal(bytes, MetadataCodec.Encode(read));
    }

    [Fact]
    public void A_change_that_was_read_back_does_the_same()
    {
        var direct = TestSchema.After(ClusterMetadata.Empty, TestSchema.OneOfEach);
        var decoded = TestSchema.After(ClusterMetadata.Empty, TestSchema.OneOfEach.Select(change => MetadataCodec.DecodeChange(MetadataCodec.Encode(change))));

        Assert.Equal(MetadataCodec.Encode(direct), MetadataCodec.Encode(decoded));
        Assert.Equal(direct.SchemaVersion, decoded.SchemaVersion);
    }

    [Fact]
    public void Metadata_is_read_back_as_it_was_written()
    {
        var bytes = MetadataCodec.Encode(Full);

        var read = MetadataCodec.DecodeMetadata(bytes);

        Assert.Equal(bytes, MetadataCodec.Encode(read));
        Assert.Equal(6, read.Epoch.Value);
        Assert.Equal(Full.Voters, read.Voters);
        Assert.Equal(Full.SchemaVersion, read.SchemaVersion);
        Assert.Equal("frozen<map<text, frozen<list<int>>>>", read.Table("shop", "orders")?.Column("places")?.Type.CqlName);
        Assert.Equal("née", read.Table("shop", "orders")?.Options.Comment);
    }

    /// <summary>The formats that are on disks and between nodes. Changing one needs a new version, not a new expectation.</summary>
    [Fact]
    public void The_bytes_are_golden()
    {
        AssertGolden("golden-changes.txt", TestSchema.OneOfEach.Select(MetadataCodec.Encode));
        AssertGolden("golden-metadata.txt", [MetadataCodec.Encode(ClusterMetadata.Empty), MetadataCodec.Encode(Full)]);
    }

    [Fact]
    public void Every_prefix_and_everything_longer_is_malformed()
    {
        foreach (var bytes in TestSchema.OneOfEach.Select(MetadataCodec.Encode))
        {
            for (var length = 0; length < bytes.Length; length++)
            {
                Assert.Throws<MalformedDataException>(() => MetadataCodec.DecodeChange(bytes.AsSpan(0, length)));
            }

            Assert.Throws<MalformedDataException>(() => MetadataCodec.DecodeChange([.. bytes, 0]));
        }

        var metadata = MetadataCodec.Encode(Full);
        for (var length = 0; length < metadata.Length; length++)
        {
            Assert.Throws<MalformedDataException>(() => MetadataCodec.DecodeMetadata(metadata.AsSpan(0, length)));
        }
    }

    [Fact]
    public void Damaged_bytes_are_malformed_or_another_value_with_just_those_bytes()
    {
        var random = new Random(11);
        var malformed = 0;
        for (var i = 0; i < 20_000; i++)
        {
            var bytes = MetadataCodec.Encode(TestSchema.OneOfEach[i % TestSchema.OneOfEach.Length]);
            for (var flips = random.Next(1, 4); flips > 0; flips--)
            {
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            }

            try
            {
                var read = MetadataCodec.DecodeChange(bytes);
                Assert.Equal(bytes, MetadataCodec.Encode(read));
                MetadataTransition.Apply(Full, read);
                MetadataTransition.Apply(ClusterMetadata.Empty, read);
            }
            catch (MalformedDataException)
            {
                malformed++;
            }
        }

        Assert.InRange(malformed, 1_000, 19_999);
    }

    [Fact]
    public void Garbage_is_malformed()
    {
        var random = new Random(12);
        for (var i = 0; i < 20_000; i++)
        {
            var bytes = new byte[random.Next(200)];
            random.NextBytes(bytes);
            if (bytes.Length > 0)
            {
                bytes[0] = 1;
            }

            Assert.Throws<MalformedDataException>(() => MetadataCodec.DecodeMetadata(bytes));
        }
    }

    [Fact]
    public void A_version_or_a_kind_of_change_from_the_future_is_malformed()
    {
        var bytes = MetadataCodec.Encode(new DropKeyspace("k", false));
        Assert.Throws<MalformedDataException>(() => MetadataCodec.DecodeChange([2, .. bytes.AsSpan(1)]));
        Assert.Throws<MalformedDataException>(() => MetadataCodec.DecodeChange([1, 99, .. bytes.AsSpan(2)]));
    }

    [Fact]
    public void The_schema_version_follows_the_schema_and_nothing_else()
    {
        var formed = TestSchema.Formed;
        var created = TestSchema.After(formed, new CreateKeyspace(TestSchema.Keyspace("shop"), false), new CreateTable(TestSchema.Table("shop", "carts"), false));

        Assert.Equal(ClusterMetadata.Empty.SchemaVersion, formed.SchemaVersion);
        Assert.NotEqual(formed.SchemaVersion, created.SchemaVersion);
        Assert.Equal(created.SchemaVersion, TestSchema.After(created, new TruncateTable("shop", "carts")).SchemaVersion);
        Assert.Equal(formed.SchemaVersion, TestSchema.After(created, new DropKeyspace("shop", false)).SchemaVersion);
        Assert.Equal(8, created.SchemaVersion.Version);
        Assert.NotEqual(created.SchemaVersion, TestSchema.After(created, new DropTable("shop", "carts", false)).SchemaVersion);
    }

    /// <summary>To write the files anew: delete them and run the test, which fails once and leaves them in the source tree.</summary>
    private static void AssertGolden(string file, IEnumerable<byte[]> values, [System.Runtime.CompilerServices.CallerFilePath] string here = "")
    {
        var path = Path.Combine(Path.GetDirectoryName(here) ?? "", file);
        var actual = string.Concat(values.Select(bytes => Convert.ToHexString(bytes) + "\n"));
        if (!File.Exists(path))
        {
            File.WriteAllText(path, actual);
            Assert.Fail($"{path} was not there; it has been written: look at it and run again.");
        }

        Assert.Equal(File.ReadAllText(path), actual);
    }
}
