using System.Buffers;
using System.Collections.Immutable;

namespace Coterie.Model.Types;

/// <summary>A type that holds no other. Orders are Cassandra's; where they differ in a tie, the type's class says so.</summary>
public abstract class NativeType : CqlType
{
    private readonly bool _allowsEmpty;

    private protected NativeType(string name, ushort optionId, bool allowsEmpty)
    {
        CqlName = name;
        OptionId = optionId;
        _allowsEmpty = allowsEmpty;
    }

    public static NativeType Ascii { get; } = new BytesType("ascii", 0x0001, BytesContent.Ascii);

    public static NativeType BigInt { get; } = new IntegerType("bigint", 0x0002, sizeof(long), signed: true, allowsEmpty: true);

    public static NativeType Blob { get; } = new BytesType("blob", 0x0003, BytesContent.Any);

    public static NativeType Boolean { get; } = new BooleanType();

    public static NativeType Decimal { get; } = new DecimalType();

    public static NativeType Double { get; } = new FloatingType("double", 0x0007, sizeof(double));

    public static NativeType Float { get; } = new FloatingType("float", 0x0008, sizeof(float));

    public static NativeType Int { get; } = new IntegerType("int", 0x0009, sizeof(int), signed: true, allowsEmpty: true);

    /// <summary>Milliseconds since the Unix epoch, signed.</summary>
    public static NativeType Timestamp { get; } = new IntegerType("timestamp", 0x000B, sizeof(long), signed: true, allowsEmpty: true);

    public static NativeType Uuid { get; } = new UuidType();

    /// <summary>Also called varchar.</summary>
    public static NativeType Text { get; } = new BytesType("text", 0x000D, BytesContent.Utf8);

    public static NativeType Varint { get; } = new VarintType();

    public static NativeType TimeUuid { get; } = new TimeUuidType();

    public static NativeType Inet { get; } = new InetType();

    /// <summary>Days, unsigned, 2^31 being 1970-01-01.</summary>
    public static NativeType Date { get; } = new IntegerType("date", 0x0011, sizeof(int), signed: false, allowsEmpty: false);

    /// <summary>Nanoseconds of a day.</summary>
    public static NativeType Time { get; } = new TimeType();

    public static NativeType SmallInt { get; } = new IntegerType("smallint", 0x0013, sizeof(short), signed: true, allowsEmpty: false);

    public static NativeType TinyInt { get; } = new IntegerType("tinyint", 0x0014, sizeof(sbyte), signed: true, allowsEmpty: false);

    /// <summary>Id as in protocol v5; drivers that speak v4 to Cassandra 4 get the same.</summary>
    public static NativeType Duration { get; } = new DurationType();

    /// <summary>All of them, by name.</summary>
    public static ImmutableArray<NativeType> All { get; } =
    [
        Ascii, BigInt, Blob, Boolean, Date, Decimal, Double, Duration, Float, Inet, Int, SmallInt, Text, Time, Timestamp, TimeUuid, TinyInt, Uuid, Varint,
    ];

    public sealed override string CqlName { get; }

    public sealed override ushort OptionId { get; }

    public sealed override bool AllowsEmpty => _allowsEmpty;

    public sealed override void Validate(ReadOnlySpan<byte> value)
    {
        if (!value.IsEmpty)
        {
            ValidatePresent(value);
        }
        else if (!AllowsEmpty)
        {
            throw Malformed("must not be empty");
        }
    }

    public sealed override int Compare(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right) =>
        left.IsEmpty || right.IsEmpty ? left.Length.CompareTo(right.Length) : ComparePresent(left, right);

    private protected abstract void ValidatePresent(ReadOnlySpan<byte> value);

    private protected abstract int ComparePresent(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right);

    private protected MalformedDataException Malformed(string why) => new($"A value of type {CqlName} {why}.");

    private protected void RequireLength(ReadOnlySpan<byte> value, int length)
    {
        if (value.Length != length)
        {
            throw Malformed($"has {value.Length} bytes where {length} are needed");
        }
    }

    /// <summary>Copies a value of fixed size whose bytes, after <paramref name="flip"/> of its first bit, are its order.</summary>
    private protected int CopyFixed(ReadOnlySpan<byte> source, int length, bool flip, IBufferWriter<byte> destination)
    {
        if (source.Length < length)
        {
            throw Malformed("ends too early in a key");
        }

        var span = destination.GetSpan(length);
        source[..length].CopyTo(span);
        span[0] ^= flip ? (byte)0x80 : (byte)0;
        destination.Advance(length);
        return length;
    }
}
