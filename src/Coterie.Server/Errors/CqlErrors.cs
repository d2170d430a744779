using System.Globalization;
using Coterie.Cluster.Metadata;
using Coterie.Coordinator;
using Coterie.Cql;
using Coterie.Model;
using Coterie.Model.Quorum;
using Coterie.Server.Protocol;

namespace Coterie.Server.Errors;

/// <summary>
/// The one place where what went wrong becomes an ERROR body (native protocol v4 §9): exceptions and outcomes in, code, text and fields out.
/// The texts that drivers and people know are worded as they know them.
/// </summary>
public static class CqlErrors
{
    /// <summary>The code by which the exception is told, for counting; <see cref="ErrorCode.Server"/> for what nobody expected.</summary>
    public static ErrorCode CodeOf(Exception exception) => exception switch
    {
        ClientErrorException client => client.Code,
        UnpreparedException => ErrorCode.Unprepared,
        AlreadyExistsException => ErrorCode.AlreadyExists,
        CqlSyntaxException => ErrorCode.Syntax,
        CqlInvalidException => ErrorCode.Invalid,
        CqlConfigurationException => ErrorCode.Configuration,
        OverLimitException => ErrorCode.Invalid,
        MalformedDataException => ErrorCode.Protocol,
        OperationCanceledException => ErrorCode.Overloaded,
        _ => ErrorCode.Server,
    };

    /// <summary>Whether the exception is a defect or damage here, which an operator must hear of, rather than a client's mistake or a state of the cluster.</summary>
    public static bool IsUnexpected(Exception exception) =>
        CodeOf(exception) == ErrorCode.Server && exception is not (MetadataUnavailableException or ClientErrorException);

    public static void Write(FrameWriter frame, Exception exception)
    {
        var code = CodeOf(exception);
        WriteHead(frame, code, MessageOf(exception));
        switch (exception)
        {
            case UnpreparedException unprepared:
                frame.WriteShortBytes(unprepared.Id.Span);
                break;
            case AlreadyExistsException exists:
                frame.WriteString(exists.Keyspace);
                frame.WriteString(exists.Table);
                break;
        }
    }

    /// <summary>An error that has a code and a text and nothing else.</summary>
    public static void Write(FrameWriter frame, ErrorCode code, string message) => WriteHead(frame, code, message);

    /// <param name="isCounted">The replicas were counted by the payload, and not by the level.</param>
    public static ErrorCode WriteOfWrite(FrameWriter frame, in RequestOutcome outcome, ConsistencyLevel level, bool isCounted, WriteType type)
    {
        var code = outcome.Result switch
        {
            RequestResult.Unavailable => ErrorCode.Unavailable,
            RequestResult.Timeout => ErrorCode.WriteTimeout,
            RequestResult.Failure => ErrorCode.WriteFailure,
            RequestResult.Overloaded => ErrorCode.Overloaded,
            _ => throw new BrokenRequestException("an error is written for a success"),
        };
        WriteHead(frame, code, TextOf(outcome, level, isCounted));
        WriteCounts(frame, code, outcome, level);
        if (code is ErrorCode.WriteTimeout or ErrorCode.WriteFailure)
        {
            frame.WriteString(type switch
            {
                WriteType.Batch => "BATCH",
                WriteType.BatchLog => "BATCH_LOG",
                WriteType.UnloggedBatch => "UNLOGGED_BATCH",
                WriteType.CompareAndSet => "CAS",
                _ => "SIMPLE",
            });
        }

        return code;
    }

    public static ErrorCode WriteOfRead(FrameWriter frame, in RequestOutcome outcome, ConsistencyLevel level, bool isCounted)
    {
        var code = outcome.Result switch
        {
            RequestResult.Unavailable => ErrorCode.Unavailable,
            RequestResult.Timeout => ErrorCode.ReadTimeout,
            RequestResult.Failure => ErrorCode.ReadFailure,
            RequestResult.Overloaded => ErrorCode.Overloaded,
            _ => throw new BrokenRequestException("an error is written for a success"),
        };
        WriteHead(frame, code, TextOf(outcome, level, isCounted));
        WriteCounts(frame, code, outcome, level);
        if (code is ErrorCode.ReadTimeout or ErrorCode.ReadFailure)
        {
            frame.WriteByte(outcome.DataPresent ? (byte)1 : (byte)0);
        }

        return code;
    }

    private static void WriteHead(FrameWriter frame, ErrorCode code, string message)
    {
        frame.WriteInt((int)code);
        frame.WriteString(message);
    }

    private static void WriteCounts(FrameWriter frame, ErrorCode code, in RequestOutcome outcome, ConsistencyLevel level)
    {
        switch (code)
        {
            case ErrorCode.Unavailable:
                frame.WriteShort((int)level);
                frame.WriteInt(outcome.Required);
                frame.WriteInt(outcome.Answered);
                break;
            case ErrorCode.WriteTimeout or ErrorCode.ReadTimeout:
                frame.WriteShort((int)level);
                frame.WriteInt(outcome.Answered);
                frame.WriteInt(outcome.Required);
                break;
            case ErrorCode.WriteFailure or ErrorCode.ReadFailure:
                frame.WriteShort((int)level);
                frame.WriteInt(outcome.Answered);
                frame.WriteInt(outcome.Required);
                frame.WriteInt(outcome.Failed);
                break;
        }
    }

    private static string TextOf(in RequestOutcome outcome, ConsistencyLevel level, bool isCounted) => outcome.Result switch
    {
        RequestResult.Unavailable when isCounted => Text($"Cannot reach as many replicas as {PayloadRequest.RequiredKey} asks for: {outcome.Required} are required, {outcome.Answered} are alive"),
        RequestResult.Unavailable => Text($"Cannot achieve consistency level {ConsistencyLevelNames.Format(level)}: {outcome.Required} replicas are required, {outcome.Answered} are alive"),
        RequestResult.Timeout => Text($"Operation timed out - received only {outcome.Answered} responses of {outcome.Required}"),
        RequestResult.Failure => Text($"Operation failed - received {outcome.Answered} responses of {outcome.Required} and {outcome.Failed} failures"),
        _ => "Too many requests are under way: the coordinator, or too many replicas, refused for lack of room",
    };

    private static string MessageOf(Exception exception) => exception switch
    {
        UnpreparedException unprepared => $"Prepared query with ID {Convert.ToHexStringLower(unprepared.Id.Span)} not found (either the query was not " +
            "prepared on this host (maybe the host has been restarted?) or you have prepared too many queries and it has been evicted from the internal cache)",
        OperationCanceledException => "The node is stopping",
        _ when !IsUnexpected(exception) => exception.Message,
        BrokenRequestException or BrokenInvariantException => exception.Message,
        _ => $"The server failed to answer ({exception.GetType().Name}); its log says more",
    };

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
