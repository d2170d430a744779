using System.Buffers.Binary;
using System.Net;
using System.Text;
using Coterie.Server.Errors;
using Coterie.Server.Protocol;

namespace Coterie.Server.Tests.Fixtures;

/// <summary>One frame that the server sent, as a client sees it.</summary>
internal sealed record Frame(FrameHeader Header, byte[] Body)
{
    public Opcode Opcode => Header.Opcode;

    /// <summary>The body after warnings and payload.</summary>
    public BodyReader Reader(out List<string> warnings, out Dictionary<string, byte[]> payload)
    {
        var reader = new BodyReader(Body);
        warnings = [];
        payload = [];
        if ((Header.Flags & FrameFlags.Warning) != 0)
        {
            var count = reader.ReadShort();
            for (var i = 0; i < count; i++)
            {
                warnings.Add(reader.ReadString());
            }
        }

        if ((Header.Flags & FrameFlags.CustomPayload) != 0)
        {
            var count = reader.ReadShort();
            for (var i = 0; i < count; i++)
            {
                payload.Add(reader.ReadString(), reader.ReadBytes()!.Value.ToArray());
            }
        }

        return reader;
    }

    public BodyReader Reader() => Reader(out _, out _);

    public (ErrorCode Code, string Message) Error()
    {
        Assert.Equal(Opcode.Error, Opcode);
        var reader = Reader();
        return ((ErrorCode)reader.ReadInt(), reader.ReadString());
    }

    public bool IsError => Opcode == Opcode.Error;

    /// <summary>The rows of a RESULT; fails, with the error's text, if it is something else.</summary>
    public TestRows Rows()
    {
        if (Opcode == Opcode.Error)
        {
            Assert.Fail($"{Error()}");
        }

        var reader = Reader();
        Assert.Equal(2, reader.ReadInt());
        return TestRows.Read(ref reader);
    }

    public void ExpectVoid()
    {
        if (Opcode == Opcode.Error)
        {
            Assert.Fail($"{Error()}");
        }

        var reader = Reader();
        Assert.Equal(1, reader.ReadInt());
    }
}

/// <summary>A Rows result, decoded.</summary>
internal sealed record TestRows(IReadOnlyList<(string Name, ushort Type)> Columns, bool HasMetadata, byte[]? PagingState, IReadOnlyList<byte[]?[]> Rows)
{
    public byte[]? this[int row, string column] => Rows[row][Columns.ToList().FindIndex(c => c.Name == column)];

    public string? Text(int row, string column) => this[row, column] is { } bytes ? Encoding.UTF8.GetString(bytes) : null;

    public int Int(int row, string column) => BinaryPrimitives.ReadInt32BigEndian(this[row, column]);

    public IPAddress Inet(int row, string column) => new(this[row, column]!);

    public static TestRows Read(ref BodyReader reader)
    {
        var (columns, hasMetadata, state, count) = ReadMetadata(ref reader);
        var rows = new List<byte[]?[]>();
        var rowCount = reader.ReadInt();
        for (var i = 0; i < rowCount; i++)
        {
            var row = new byte[]?[count];
            for (var j = 0; j < count; j++)
            {
                row[j] = reader.ReadBytes()?.ToArray();
            }

            rows.Add(row);
        }

        return new TestRows(columns, hasMetadata, state, rows);
    }

    public static (List<(string, ushort)> Columns, bool HasMetadata, byte[]? State, int Count) ReadMetadata(ref BodyReader reader)
    {
        var flags = reader.ReadInt();
        var count = reader.ReadInt();
        var state = (flags & 2) != 0 ? reader.ReadBytes()!.Value.ToArray() : null;
        return ((flags & 4) != 0 ? [] : ReadSpecs(ref reader, flags, count), (flags & 4) == 0, state, count);
    }

    public static List<(string, ushort)> ReadSpecs(ref BodyReader reader, int flags, int count)
    {
        if ((flags & 1) != 0)
        {
            reader.ReadString();
            reader.ReadString();
        }

        var columns = new List<(string, ushort)>();
        for (var i = 0; i < count; i++)
        {
            if ((flags & 1) == 0)
            {
                reader.ReadString();
                reader.ReadString();
            }

            columns.Add((reader.ReadString(), ReadOption(ref reader)));
        }

        return columns;
    }

    private static ushort ReadOption(ref BodyReader reader)
    {
        var id = reader.ReadShort();
        for (var i = 0; i < id switch { 0x20 or 0x22 => 1, 0x21 => 2, _ => 0 }; i++)
        {
            ReadOption(ref reader);
        }

        return id;
    }
}
