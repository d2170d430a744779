using Coterie.Coordinator;
using Coterie.Model.Metadata;
using Coterie.Server.Connections;
using Coterie.Server.Errors;
using Coterie.Server.Protocol;

namespace Coterie.Server.Execution;

/// <summary>
/// Begins and ends the one frame that answers a request: what stands before the body (native protocol v4 §2.2: warnings, then the custom
/// payload) must be known when it begins.
/// </summary>
internal static class Answer
{
    /// <summary>Smaller bodies are not worth the time.</summary>
    private const int CompressedBytesMin = 512;

    public static void Begin(ClientRequest request) => request.Response.BeginFrame(FrameFlags.None);

    /// <summary>Begins an answer that carries the vote, if there is one, and a warning, if there is one.</summary>
    public static void Begin(ClientRequest request, Vote? vote, ClusterMetadata? metadata, string? warning = null)
    {
        var frame = request.Response;
        if (vote is null && warning is null)
        {
            frame.BeginFrame(FrameFlags.None);
            return;
        }

        frame.BeginFrame((vote is null ? FrameFlags.None : FrameFlags.CustomPayload) | (warning is null ? FrameFlags.None : FrameFlags.Warning));
        if (warning is not null)
        {
            frame.WriteStringList([warning]);
        }

        if (vote is not null)
        {
            frame.WriteShort(1);
            frame.WriteString(PayloadRequest.VoteKey);
            frame.WriteBytes(VoteJson.Of(vote, metadata));
        }
    }

    public static void End(ClientRequest request, Opcode opcode)
    {
        if (request.Session.Compresses && request.Response.Body.Length >= CompressedBytesMin)
        {
            Lz4Body.Compress(request.Response);
        }

        request.Response.EndFrame(opcode, request.Header.Stream);
    }

    public static void Void(ClientRequest request, Vote? vote, ClusterMetadata? metadata)
    {
        Begin(request, vote, metadata);
        ResultMessages.WriteVoid(request.Response);
        End(request, Opcode.Result);
    }

    public static void FailedWrite(ClientRequest request, in WriteFailure failure, ClusterMetadata metadata)
    {
        Begin(request, failure.Vote, metadata);
        CqlErrors.WriteOfWrite(request.Response, failure.Outcome, request.Parameters.Consistency, request.Payload.Required > 0, failure.Type);
        End(request, Opcode.Error);
    }

    public static void FailedRead(ClientRequest request, in RequestOutcome outcome, Vote? vote, ClusterMetadata metadata)
    {
        Begin(request, vote, metadata);
        CqlErrors.WriteOfRead(request.Response, outcome, request.Parameters.Consistency, request.Payload.Required > 0);
        End(request, Opcode.Error);
    }

    /// <summary>Answers with an error, whatever of another answer was written before.</summary>
    public static void Error(ClientRequest request, Exception error)
    {
        request.Response.Clear();
        Begin(request);
        CqlErrors.Write(request.Response, error);
        End(request, Opcode.Error);
    }
}

/// <summary>A write that did not succeed, and what kind of write it was.</summary>
internal readonly record struct WriteFailure(RequestOutcome Outcome, WriteType Type, Vote? Vote);
