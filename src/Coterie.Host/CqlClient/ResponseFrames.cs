using Coterie.Server.Protocol;

namespace Coterie.Host.CqlClient;

/// <summary>Reads what a server answers (native protocol v4 §4.2).</summary>
internal static class ResponseFrames
{
    /// <exception cref="CqlErrorException">It is an ERROR.</exception>
    /// <exception cref="Coterie.Model.MalformedDataException">It is not what the protocol says.</exception>
    public static CqlResult Read(FrameHeader header, ReadOnlyMemory<byte> body)
    {
        var reader = new BodyReader(body);
        var (warnings, vote) = ReadPrelude(header.Flags, ref reader);
        return header.Opcode switch
        {
            Opcode.Result => CqlResult.Read(ref reader) with { Warnings = warnings, Vote = vote },
            Opcode.Ready or Opcode.Supported => new CqlResult { Warnings = warnings },
            Opcode.Error => throw new CqlErrorException(reader.ReadInt(), reader.ReadString()),
            Opcode.Authenticate => throw new IOException("The server asks for authentication, which this client does not have"),
            _ => throw new IOException($"The server answered with the opcode {header.Opcode}"),
        };
    }

    private static (List<string> Warnings, ReadOnlyMemory<byte>? Vote) ReadPrelude(FrameFlags flags, ref BodyReader reader)
    {
        var warnings = new List<string>();
        ReadOnlyMemory<byte>? vote = null;
        if ((flags & FrameFlags.Tracing) != 0)
        {
            reader.ReadLong();
            reader.ReadLong();
        }

        if ((flags & FrameFlags.Warning) != 0)
        {
            for (var i = reader.ReadCount(bytesEach: 2); i > 0; i--)
            {
                warnings.Add(reader.ReadString());
            }
        }

        if ((flags & FrameFlags.CustomPayload) != 0)
        {
            for (var i = reader.ReadCount(bytesEach: 6); i > 0; i--)
            {
                var key = reader.ReadString();
                var value = reader.ReadBytes();
                if (key == PayloadRequest.VoteKey)
                {
                    vote = value;
                }
            }
        }

        return (warnings, vote);
    }
}
